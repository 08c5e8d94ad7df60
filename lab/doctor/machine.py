"""What any lab needs of this machine: Python, memory, disk, loopback ports and a clock."""

import ssl
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

import lab
from lab.doctor.finding import Finding, Need
from lab.engines.places import VARIABLE, room_in, state_folder
from lab.engines.ports import free_port

PYTHONS = ((3, 11), (3, 13))
"""The oldest and the newest that pacslab is written for."""
MEMORY = 1 << 30
"""Bytes that both archives, their devices and a demo's pictures fit into."""
DISK = 1 << 30
"""Bytes for two archives with the usual 16 patients, and their report."""


def examine() -> Iterator[Finding]:
    """Every checkup of the machine itself."""
    yield python(sys.version_info[:3])
    yield memory(psutil.virtual_memory().available)
    yield disk(state_folder())
    yield ports()
    yield clock(time.time(), Path(lab.__file__).stat().st_mtime)


def python(version: tuple[int, ...]) -> Finding:
    """Whether this Python is one of ours, and speaks TLS 1.3."""
    said = ".".join(map(str, version))
    oldest, newest = (".".join(map(str, bound)) for bound in PYTHONS)
    remedy = None
    if not PYTHONS[0] <= version[:2] <= PYTHONS[1]:
        remedy = f"install Python {oldest} to {newest} and call: make PYTHON=python{newest} ..."
    elif not ssl.HAS_TLSv1_3:
        remedy = "its OpenSSL cannot do TLS 1.3: use a Python that was built with OpenSSL 3"
    return Finding("python", Need.LAB, f"{said}, {ssl.OPENSSL_VERSION}", remedy)


def memory(available: int) -> Finding:
    """Whether there is room for the archives."""
    remedy = f"close other programs: a lab needs {_size(MEMORY)}" if available < MEMORY else None
    return Finding("memory", Need.LAB, f"{_size(available)} available", remedy)


def disk(folder: Path) -> Finding:
    """Whether there is room where the lab's folder will lie."""
    there = next(place for place in (folder, *folder.parents) if place.is_dir())
    free = room_in(there)
    remedy = None
    if free < DISK:
        remedy = f"a lab needs {_size(DISK)}: make room, or name another folder by {VARIABLE}"
    return Finding("disk", Need.LAB, f"{_size(free)} free in {there}", remedy)


def ports() -> Finding:
    """Whether a program may listen on loopback at all."""
    try:
        port = free_port()
    except OSError as error:
        remedy = "end what takes them, or allow programs to listen on 127.0.0.1"
        return Finding("ports", Need.LAB, str(error), remedy)
    return Finding("ports", Need.LAB, f"127.0.0.1 has free ports, such as {port}")


def clock(now: float, installed: float) -> Finding:
    """Whether it is later than when pacslab was put here: certificates are made by this clock."""
    said = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC"
    if now < installed:
        remedy = "set the clock: certificates are made by it, and others would call them not valid"
        return Finding("clock", Need.LAB, f"{said} is before pacslab was installed", remedy)
    return Finding("clock", Need.LAB, said)


def _size(number: int) -> str:
    return f"{number / (1 << 30):.1f} GiB"
