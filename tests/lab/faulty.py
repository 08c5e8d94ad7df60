"""Listeners that are faulty on purpose: what the built-in bounds of both archives keep out."""

import contextlib

from pydicom.uid import DeflatedExplicitVRLittleEndian
from pynetdicom import AE, evt

from lab.conversation import set_up_library
from lab.sop_classes import CT, VERIFICATION
from lab.target import TRANSFER_SYNTAXES


@contextlib.contextmanager
def credulous():
    """Associates with everybody, and stores everything under whatever name; where it listens."""
    set_up_library()
    ae = AE("PACS-OPEN")
    ae.add_supported_context(VERIFICATION, list(TRANSFER_SYNTAXES))
    ae.add_supported_context(CT, [*TRANSFER_SYNTAXES, DeflatedExplicitVRLittleEndian])
    handlers = [(evt.EVT_C_ECHO, lambda _event: 0), (evt.EVT_C_STORE, lambda _event: 0)]
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    try:
        yield server.server_address[:2]
    finally:
        server.shutdown()


def accepts(sock):
    """A handler that takes any first message for a good one."""
    sock.recv(4096)
    sock.sendall(bytes.fromhex("0200 00000000"))


def swallows(sock):
    """A handler that reads whatever comes."""
    while sock.recv(65536):
        pass
