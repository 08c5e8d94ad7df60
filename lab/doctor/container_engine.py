"""What the lab in containers needs: a command, its plugins, an engine, and a guard to stand."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.doctor.finding import Finding, Need
from lab.engines import EngineError, guard, images, packet_filter
from lab.engines.daemon import Daemon, NoDaemonError, connected
from lab.engines.packet_filter import FilterError
from lab.engines.places import room_in
from lab.evidence import printable

OLDEST = {True: (20, 10), False: (4, 3)}
"""The oldest docker, and the oldest podman, that the tests have seen at work."""
PLUGINS = "compose/engine/plugins ~/.docker unpacks Debian 13's"
USUAL_PORTS = (11112, 2762)
"""Where a plain ``docker compose up`` publishes the archives."""
APART = 30.0
"""Seconds that the engine's clock may differ from this machine's."""
MEMORY = 2 << 30
DISK = 3 << 30
"""Bytes that the images take while they are built."""
WITHIN = 20.0
"""Seconds for one command."""
STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$")
"""A time as the engine tells it; Go writes more digits than Python reads."""


def examine() -> Iterator[Finding]:
    """Every checkup of the container engine; those of an engine only where one answers."""
    yield command()
    yield plugin("compose", "docker-compose", Need.DOCKER)
    # Compose of Debian 13 builds by itself, newer ones ask for it.
    yield plugin("buildx", "docker-buildx", Need.NOBODY)
    try:
        with connected() as daemon:
            yield from of_engine(daemon, built=_are_built(daemon))
    except NoDaemonError as error:
        remedy = "start it; where there is none, compose/engine/up brings one up (Debian, root)"
        yield Finding("engine", Need.DOCKER, str(error), remedy)
    yield usual_ports()


def command() -> Finding:
    """The command docker, by which compose is called."""
    found = shutil.which("docker")
    remedy = None if found else "Debian package docker.io (docker-cli from Debian 13 on)"
    return Finding("docker", Need.DOCKER, found or "no command docker", remedy)


def plugin(name: str, package: str, need: Need) -> Finding:
    """A plugin of the command docker, asked for its version."""
    version = _said_by("docker", name, "version")
    remedy = None if version else f"Debian 13's package {package}; on Debian 12 {PLUGINS}"
    return Finding(name, need, version or f"no docker {name}", remedy)


def of_engine(daemon: Daemon, *, built: bool) -> Iterator[Finding]:
    """Every checkup of an engine that answers."""
    told: Mapping[str, Any] = daemon.client.info()
    yield version(daemon)
    yield limits(told)
    yield time_there(told, datetime.now(UTC))
    yield guarded(daemon)
    yield room(told, built=built)


def version(daemon: Daemon) -> Finding:
    """Whether the engine is one that the lab was seen to run on."""
    name = "docker" if daemon.is_docker else "podman"
    said = ".".join(map(str, daemon.version))
    oldest = OLDEST[daemon.is_docker]
    remedy = None
    if daemon.version < oldest:
        remedy = f"take {name} {'.'.join(map(str, oldest))} or newer"
    return Finding("engine", Need.DOCKER, f"{name} {said} at {daemon.host}", remedy)


def limits(told: Mapping[str, Any]) -> Finding:
    """Whether the engine can bound what a container takes."""
    asked = {"MemoryLimit": "memory", "PidsLimit": "processes", "CpuCfsQuota": "CPU time"}
    cannot = [words for key, words in asked.items() if told.get(key) is False]
    if cannot:
        seen = f"the engine cannot bound {', '.join(cannot)}"
        remedy = "enable these control groups, or run the engine as root"
        return Finding("limits", Need.DOCKER, seen, remedy)
    return Finding("limits", Need.DOCKER, "containers are bounded in memory, processes and CPU")


def time_there(told: Mapping[str, Any], now: datetime) -> Finding:
    """Whether the engine's clock is this machine's: certificates have to be valid on both."""
    stamp = STAMP.match(str(told.get("SystemTime")))
    if stamp is None:
        return Finding("engine's clock", Need.NOBODY, "the engine does not tell its time")
    there = datetime.fromisoformat("".join(stamp.groups()))
    apart = abs((there - now).total_seconds())
    remedy = None
    if apart > APART:
        remedy = "set one of the two clocks: certificates have to be valid on both sides"
    return Finding("engine's clock", Need.DOCKER, f"{apart:.0f} s from ours", remedy)


def guarded(daemon: Daemon) -> Finding:
    """Whether the leaking archive may be started: neighbours must not reach it."""
    if not guard.needs_rules(daemon):
        return Finding("guard", Need.DOCKER, "the engine itself keeps neighbours away")
    try:
        packet_filter.read()
    except FilterError as error:
        remedy = "run pacslab as root with iptables, or take docker 28; pacs-open does not start"
        return Finding("guard", Need.DOCKER, str(error), remedy)
    return Finding("guard", Need.DOCKER, "the packet filter can be set")


def room(told: Mapping[str, Any], *, built: bool) -> Finding:
    """Memory of the engine, and disk for images where none are built yet."""
    memory = int(told.get("MemTotal") or MEMORY)
    if memory < MEMORY:
        remedy = f"give the engine {MEMORY >> 30} GiB"
        return Finding("engine's room", Need.DOCKER, f"{memory >> 20} MiB of memory", remedy)
    images_are = "the images are there" if built else "the images are built at the first `up`"
    place = Path(str(told.get("DockerRootDir") or ""))
    if not built and place.is_dir() and room_in(place) < DISK:
        remedy = f"make {DISK >> 30} GiB of room in {place}"
        return Finding("engine's room", Need.DOCKER, f"too little disk; {images_are}", remedy)
    return Finding("engine's room", Need.DOCKER, f"{memory >> 30} GiB of memory; {images_are}")


def usual_ports() -> Finding:
    """The ports that a plain ``docker compose up`` takes; `pacslab up` chooses free ones."""
    taken = [port for port in USUAL_PORTS if not _is_free(port)]
    if not taken:
        return Finding(
            "usual ports", Need.NOBODY, f"{USUAL_PORTS[0]} and {USUAL_PORTS[1]} are free"
        )
    remedy = "`pacslab up` takes others; for compose set PACSLAB_OPEN_PORT and PACSLAB_SECURE_PORT"
    return Finding("usual ports", Need.NOBODY, f"taken: {', '.join(map(str, taken))}", remedy)


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _are_built(daemon: Daemon) -> bool:
    try:
        return images.are_current(daemon, images.digest_of_sources())
    except (EngineError, OSError):  # an installed wheel has nothing that could be built
        return False


def _said_by(*words: str) -> str | None:
    """The first line of what a command says; None if it fails."""
    program = shutil.which(words[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *words[1:]], capture_output=True, text=True, timeout=WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return printable(lines[0], 100) if done.returncode == 0 and lines else None
