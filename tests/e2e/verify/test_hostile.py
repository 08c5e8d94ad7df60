"""Servers that mean harm: they neither hang verify, nor crash it, nor reach the reader unescaped."""

import contextlib
import socket
import struct
import threading
import time

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (
    CTImageStorage,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    Verification,
)

from lab.conversation import set_up_library
from lab.report.page import page
from lab.report.single import single
from lab.report.text import console
from lab.verify.address import Address
from lab.verify.one import Plan, verify

HERE = "127.0.0.1"
EVIL = "\x1b[31m<script>alert(1)</script>\x07"
ENOUGH = 120
"""Seconds, on a busy machine, within which even the worst server is left alone."""


@contextlib.contextmanager
def raw(behave):
    """A TCP server: ``behave`` has each connection to itself."""
    listening = socket.create_server((HERE, 0))
    ended = threading.Event()

    def one(caller):
        with contextlib.suppress(OSError), caller:
            behave(caller, ended)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listening.accept()
                threading.Thread(target=one, args=(caller,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def garbage(caller, _ended):
    caller.recv(4096)
    caller.sendall(bytes(range(256)) * 64)


def endless_pdu(caller, ended):
    """An A-ASSOCIATE-AC of 4 GiB, byte by byte."""
    caller.recv(4096)
    caller.sendall(b"\x02\x00\xff\xff\xff\xff")
    while not ended.wait(0.05):
        caller.sendall(b"\x00")


def slow_pdu(caller, ended):
    """One of an honest length that never comes to its end."""
    caller.recv(4096)
    caller.sendall(b"\x02\x00" + struct.pack(">I", 60000))
    while not ended.wait(0.2):
        caller.sendall(b"\x00")


def evil_rejection(caller, _ended):
    caller.recv(4096)
    caller.sendall(b"\x03\x00\x00\x00\x00\x04\x00\xfe\xfe\xfe")


def banner(caller, _ended):
    caller.sendall(EVIL.encode() * 10)


def fragments(caller, ended):
    """P-DATA before any association, for ever."""
    caller.recv(4096)
    while not ended.is_set():
        caller.sendall(b"\x04\x00\x00\x00\x00\x08\x00\x00\x00\x04\x01\x00ab")


@pytest.mark.parametrize(
    "behave", [garbage, endless_pdu, slow_pdu, evil_rejection, banner, fragments]
)
def test_a_server_that_speaks_rubbish_is_no_trouble(behave):
    began = time.monotonic()
    with raw(behave) as port:
        verified = verify(Plan(Address("hostile", HERE, (port,)), longest=15))

    assert time.monotonic() - began < ENOUGH
    assert not any("fault of the lab" in one.why for one in verified.report.probes)
    is_harmless(verified.report)


@contextlib.contextmanager
def archive(find):
    """An archive that answers every C-FIND in its own way, and every text field with evil."""
    set_up_library()
    ae = AE("EVIL")
    ae.implementation_version_name = "<script>\x1b[31m"[:16].replace("\x1b", "?")
    for uid in (
        Verification,
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelGet,
    ):
        ae.add_supported_context(uid)
    ae.add_supported_context(CTImageStorage, scu_role=True, scp_role=True)
    server = ae.start_server((HERE, 0), block=False, evt_handlers=[(evt.EVT_C_FIND, find)])
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def evil_record(number=0):
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.PatientID, ds.PatientName = f"{EVIL}{number}", EVIL
    ds.StudyInstanceUID = f"1.2.{number}"
    ds.StudyDescription = EVIL
    return ds


def endless(_event):
    number = 0
    while True:
        number += 1
        yield 0xFF00, evil_record(number)


def evil_comment(_event):
    status = Dataset()
    status.Status = 0xA700
    status.ErrorComment = EVIL[:60]
    yield status, None


def evil_records(_event):
    yield 0xFF00, evil_record()
    yield 0x0000, None


@pytest.mark.parametrize("find", [endless, evil_comment, evil_records])
def test_an_archive_with_evil_answers_is_left_in_time(find):
    began = time.monotonic()
    with archive(find) as port:
        verified = verify(Plan(Address("hostile", HERE, (port,)), longest=20))

    assert time.monotonic() - began < ENOUGH
    assert verified.report.exposure.level in {"L4", "L5"}
    is_harmless(verified.report)


def is_harmless(report):
    """Neither terminal nor browser gets what a peer has written."""
    assert "<script>alert" not in page(report)
    shown = console()
    with shown.capture() as captured:
        shown.print(single(report))
    assert "\x1b[31m" not in captured.get()
    assert "\x07" not in captured.get()
    assert "\x1b" not in report.to_json()
    assert "\\u001b" not in report.to_json()
