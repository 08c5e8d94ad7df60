"""Connections that say nothing, or half a word.

Why it matters: each connection costs the archive memory and a thread. Where silence has no
deadline a handful of idle connections, from anybody who reaches the port, locks the modalities
out. It needs no credentials: the wait comes before every other check.

What it does: opens one connection that sends nothing and one that sends the beginning of a
first message (half a TLS ClientHello, or half an A-ASSOCIATE-RQ), and waits whether the archive
ends both within the tight deadline.

What it cannot tell: what a peer may do that sends a byte now and then; that the deadline counts
from the start is proven in the archive's own tests.

How to close it:

- here: `handshake_deadline`.
- Orthanc: `DicomScpTimeout` short (30 s as delivered); a packet filter or stunnel4
  (`TIMEOUTbusy`, `TIMEOUTidle`) ends what never speaks.
- DCMTK: `-ta` and `-td` short (`-td` is unlimited as delivered), and `-ts` for the socket.
- dcm4chee: `dcmAARQTimeout` and `dcmIdleTimeout` on the connection; absent ones wait for ever.
"""

import contextlib
import select
import socket
import time

from lab.asking import refusal, showed
from lab.probe import Answered, Severity, no, probe, yes
from lab.scene import Scene
from lab.wire import Record

MARGIN = 1.5
"""Seconds beyond the deadline that we grant a busy archive."""
HALF_CLIENT_HELLO = bytes.fromhex("160301 0200 0100 01fc 0303") + bytes(16)
"""A TLS record that announces 512 bytes and brings some (RFC 8446 5.1)."""
HALF_ASSOCIATE_RQ = bytes.fromhex("0100 00000100 0001 0000")
"""An A-ASSOCIATE-RQ that announces 256 bytes and brings four (PS3.8 9.3.2)."""


@probe(
    asks="May a connection stay silent beyond the tight deadline?",
    holds=("a way to the port",),
    lacks=("every credential",),
    severity=Severity.MEDIUM,
    standard=("PS3.8 9.1.5 (ARTIM)",),
    fix="End connections that do not complete their A-ASSOCIATE-RQ within seconds.",
    waits=True,
    issued=False,
)
def silent_connection(scene: Scene) -> Answered:
    """Wait with one silent and one half-spoken connection."""
    record = Record()
    half = HALF_CLIENT_HELLO if scene.door.tls else HALF_ASSOCIATE_RQ
    way = scene.as_stranger().in_plaintext()  # TCP alone, whatever is spoken at the door
    with contextlib.ExitStack() as stack:
        try:
            silent = stack.enter_context(way.connect(record))
            stuck = stack.enter_context(way.connect(record))
            stuck.sendall(half)
        except OSError:
            return refusal(record)
        ended = _wait({"silent": silent, "half-spoken": stuck}, scene.handshake_deadline + MARGIN)
    told = [showed(f"the {name} connection was ended after {s:.1f} s") for name, s in ended.items()]
    if len(ended) == 2:  # noqa: PLR2004 - both of the two
        return no([*record.evidence, *told])
    left = 2 - len(ended)
    waited = f"{left} of 2 connections still stood after {scene.handshake_deadline + MARGIN:.1f} s"
    return yes([*record.evidence, *told, showed(waited)])


def _wait(connections: dict[str, socket.socket], seconds: float) -> dict[str, float]:
    """Which connections the archive ends in time, and after how many seconds."""
    began = time.monotonic()
    ended: dict[str, float] = {}
    while len(ended) < len(connections):
        left = began + seconds - time.monotonic()
        waiting = {sock: name for name, sock in connections.items() if name not in ended}
        ready, _, _ = select.select(list(waiting), [], [], max(left, 0))
        if not ready:
            break
        for sock in ready:
            if _is_ended(sock):
                ended[waiting[sock]] = time.monotonic() - began
    return ended


def _is_ended(sock: socket.socket) -> bool:
    """Read on: an alert or an A-ABORT may come before the end."""
    try:
        return not sock.recv(4096)
    except OSError:
        return True
