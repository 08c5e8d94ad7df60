"""Listens as a rogue archive: sees how far a caller goes, and never further than its first message.

No association is ever accepted, so that no image can arrive: a caller that sends its
A-ASSOCIATE-RQ over a connection it should have refused has shown enough, and is rejected.
Nothing is stored.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from lab.evidence import ALERTS, printable
from lab.rogue.faces import Face

DEADLINE = 10.0
"""Seconds that a caller has for its handshake and its first message."""
AT_ONCE = 16
"""Callers that are heard at the same time; more wait."""
LONGEST_REQUEST = 64 * 1024
TLS_HANDSHAKE, A_ASSOCIATE_RQ = 0x16, 0x01
CALLING = slice(6 + 20, 6 + 36)
"""Where the calling AE title stands in an A-ASSOCIATE-RQ (PS3.8 9.3.2)."""
REJECTION = bytes.fromhex("0300 00000004 00 01 01 01")
"""A-ASSOCIATE-RJ: permanent, service-user, no reason given (PS3.8 9.3.4)."""


class Outcome(StrEnum):
    """What a caller made of the face it was shown."""

    ACCEPTED = "accepted"
    """It went on and asked for an association."""
    REFUSED = "refused"
    """It ended the connection, in the handshake or right after it."""
    UNCLEAR = "unclear"
    """It said nothing, or something else."""


@dataclass(frozen=True)
class Visit:
    """One connection of a caller. Texts are escaped."""

    face: str
    caller: str
    """Its address."""
    outcome: Outcome
    why: str
    calling_ae_title: str = ""


class Listener:
    """One face at one address; a context manager that listens while it is open."""

    def __init__(self, face: Face, address: tuple[str, int], tell: Callable[[Visit], None]) -> None:
        """``tell`` is called with each visit, by the thread that saw it."""
        self.face = face
        self._tell = tell
        self._listening = socket.create_server(
            address, family=socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        )
        self._seats = threading.BoundedSemaphore(AT_ONCE)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._listening.getsockname()[:2]
        return str(host), int(port)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes the one who accepts
        self._listening.close()
        self._thread.join(DEADLINE)

    def _accept(self) -> None:
        while True:
            self._seats.acquire()
            try:
                sock, caller = self._listening.accept()
            except OSError:
                self._seats.release()
                return
            threading.Thread(target=self._hear, args=(sock, caller[0]), daemon=True).start()

    def _hear(self, sock: socket.socket, caller: str) -> None:
        try:
            sock.settimeout(DEADLINE)
            outcome, why, title = receive(sock, self.face.context)
            self._tell(Visit(self.face.id, printable(caller), outcome, why, title))
        finally:
            self._seats.release()


Seen = tuple[Outcome, str, str]


def receive(sock: socket.socket, context: ssl.SSLContext | None) -> Seen:
    """Hear one caller; what came of it, why, and the AE title it called itself."""
    with contextlib.closing(sock):
        try:
            first = sock.recv(1, socket.MSG_PEEK)
        except OSError:
            return Outcome.UNCLEAR, "it said nothing", ""
        if not first:
            return Outcome.UNCLEAR, "it hung up without a word", ""
        if first[0] != TLS_HANDSHAKE:
            return _request(sock, "in plaintext")
        if context is None:
            return Outcome.REFUSED, "it asked for TLS, and got none", ""
        try:
            wrapped = context.wrap_socket(sock, server_side=True)
        except OSError as error:
            return Outcome.REFUSED, _why(error), ""
        with contextlib.closing(wrapped):
            return _request(wrapped, f"over {wrapped.version()}")


def _request(sock: socket.socket, over: str) -> Seen:
    """Read the first message and reject it."""
    try:
        request = _read(sock)
    except OSError as error:
        return Outcome.REFUSED, _why(error), ""
    if not request:
        return Outcome.REFUSED, f"it hung up after the handshake, {over}", ""
    if request[0] != A_ASSOCIATE_RQ:
        return Outcome.UNCLEAR, f"it said something that is no A-ASSOCIATE-RQ, {over}", ""
    with contextlib.suppress(OSError):
        sock.sendall(REJECTION)
    title = printable(request[CALLING].decode("latin-1").strip())
    return Outcome.ACCEPTED, f"it asked for an association, {over}", title


def _read(sock: socket.socket) -> bytes:
    """One PDU, or what there is of it."""
    got = b""
    wanted = 6
    while len(got) < wanted:
        piece = sock.recv(wanted - len(got))
        if not piece:
            break
        got += piece
        if len(got) == 6:  # noqa: PLR2004 - the header is whole: its length is known
            wanted = 6 + min(int.from_bytes(got[2:6], "big"), LONGEST_REQUEST)
    return got


def _why(error: OSError) -> str:
    """Why a handshake ended, in words."""
    if isinstance(error, ssl.SSLEOFError):
        return "it hung up in the handshake"
    if isinstance(error, ssl.SSLError):
        _, found, name = (error.reason or "").lower().partition("_alert_")
        if found and name in ALERTS:
            return f"TLS alert {name} ({ALERTS[name]})"
        return f"TLS failed: {printable(error.reason or str(error))}"
    if isinstance(error, TimeoutError):
        return "silence"
    return "it reset the connection"
