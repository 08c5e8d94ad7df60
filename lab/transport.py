"""The transport that pynetdicom's association runs on: watched, bounded, and fast.

pynetdicom's own swallows the reasons for which a connection fails, reads in steps of 4096
bytes without a bound or deadline, and leaves Nagle's algorithm on.
"""

import contextlib
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dul import DULServiceProvider
from pynetdicom.pdu_primitives import A_P_ABORT
from pynetdicom.transport import T_CONNECT, AddressInformation, AssociationSocket

from lab.evidence import Evidence, Layer, printable
from lab.manners import Manners
from lab.wire import Reached, Record, connect_tcp, noting, wrap_tls

if TYPE_CHECKING:
    from pynetdicom.association import Association

LONGEST_PDU = 16 * 1024 * 1024
"""Bytes of a PDU that we are ready to read: a longer one must not cost us our memory."""
HEADER = 6
"""Bytes of type and length that each PDU begins with (PS3.8 9.3.1)."""
PDU_TYPES = range(0x01, 0x08)
TLS_ALERT = b"\x15\x03"


class OversizedPduError(OSError):
    """A PDU was announced that is longer than we accept."""


class LargeSteps(AssociationSocket):
    """Reads a PDU in as few steps as the system allows, and none beyond our bound."""

    def recv(self, nr_bytes: int) -> bytearray:
        """Read exactly ``nr_bytes``, fewer only at the end of the connection."""
        if nr_bytes > LONGEST_PDU:
            raise OversizedPduError(f"a PDU of {nr_bytes} bytes is longer than we accept")
        buffer = bytearray(nr_bytes)
        view, got, sock = memoryview(buffer), 0, self._open_socket()
        while got < nr_bytes:
            step = self._step(sock, view[got:])
            if not step:
                view.release()
                del buffer[got:]
                break
            got += step
        return buffer

    def _step(self, sock: socket.socket, view: memoryview) -> int:
        """Read what is there; how many bytes came, 0 at the end of the connection."""
        return sock.recv_into(view)

    def send(self, bytestream: bytes) -> None:
        """Send all of it, without copying it step by step."""
        try:
            self._open_socket().sendall(bytestream)
        except OSError:
            self.event_queue.put("Evt17")  # transport connection closed (PS3.8 9.2.1)

    def _shutdown_socket(self) -> None:
        """Close even where there is nothing left to shut down; pynetdicom's own leaks it then."""
        sock = self.socket  # another thread may put it away meanwhile
        if sock is None:
            return
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def _open_socket(self) -> socket.socket:
        if self.socket is None:
            raise ConnectionResetError("the connection is closed already")
        return self.socket


class WireSocket(LargeSteps):
    """One network connection of an association of ours, opened and watched."""

    def __init__(
        self,
        assoc: "Association",
        local: AddressInformation,
        record: Record,
        *,
        context: ssl.SSLContext | None,
        server_name: str,
        shows: bool,
        manners: Manners,
    ) -> None:
        super().__init__(assoc, address=local)
        self._record = record
        self._context = context
        self._server_name = server_name
        self._shows = shows
        self._deadline = manners.deadline
        self._ends_at = None if manners.longest is None else time.monotonic() + manners.longest
        self._answer_by = time.monotonic() + 2 * manners.deadline
        self._answered = manners.longest is None
        self._may_read = manners.most_bytes

    def connect(self, primitive: T_CONNECT) -> None:
        """Connect, with TLS where there is a context, and tell pynetdicom how it went."""
        try:
            self._open(primitive.address)
            primitive.result = "Evt2"  # transport connection confirmed (PS3.8 9.2.1)
            self._is_connected = True
        except OSError:
            with contextlib.suppress(OSError, AttributeError):
                self._close_quietly()
            primitive.result = "Evt17"  # transport connection closed
        finally:
            self.provider_queue.put(primitive)
            self._ready.set()

    def _open(self, address: tuple[str, int]) -> None:
        sock = self._open_socket()
        sock.settimeout(self._deadline)
        connect_tcp(sock, address, self._record)
        if self._context is not None:
            self.socket = wrap_tls(
                sock, self._context, self._server_name, self._record, shows=self._shows
            )

    def _close_quietly(self) -> None:
        self._open_socket().close()
        self.socket = None

    def recv(self, nr_bytes: int) -> bytearray:
        """Read, and note what is odd about it."""
        with noting(self._record, "while we waited for its answer"):
            received = super().recv(nr_bytes)
        self._record.heard(received)
        if nr_bytes == HEADER and len(received) == HEADER:
            self._look(received)
        elif len(received) < nr_bytes:
            self._ended()
        else:
            self._answered = True
        return received

    def _step(self, sock: socket.socket, view: memoryview) -> int:
        """Read, but not for ever and not without end."""
        if self._ends_at is not None:
            ends_at = self._ends_at if self._answered else min(self._ends_at, self._answer_by)
            left = ends_at - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(min(left, self._deadline))
        step = super()._step(sock, view)
        if self._may_read is not None:
            self._may_read -= step
            if self._may_read < 0:
                raise OversizedPduError("the archive said more than we are ready to read")
        return step

    def _ended(self) -> None:
        self._record.over = True
        if not self._record.leaving:
            self._record.note(Evidence(Layer.TCP, "the archive closed the connection", "closed"))

    def _look(self, header: bytearray) -> None:
        """Note whether what came back is DICOM at all."""
        if header[0] in PDU_TYPES:
            self._record.rise(Reached.DICOM)
        elif header.startswith(TLS_ALERT):
            text = "the archive answered our plaintext with a TLS alert record"
            self._record.note(Evidence(Layer.TLS, text, "tls only"))
        else:
            seen = printable(header.decode("latin-1"))
            text = f'the answer is no DICOM PDU; it begins "{seen}"'
            self._record.note(Evidence(Layer.ASSOCIATION, text, "not dicom"))

    def send(self, bytestream: bytes) -> None:
        """Send all of it; where that fails, read what the archive may have said before."""
        self._record.said(bytestream)
        try:
            self._open_socket().sendall(bytestream)
        except OSError as error:
            self._last_words(error)
            self.event_queue.put("Evt17")

    def _last_words(self, error: OSError) -> None:
        """The alert that made our sending fail may still lie unread."""
        try:
            with noting(self._record, "after it stopped reading"):
                if self._open_socket().recv(1) == b"":
                    self._ended()
        except OSError:
            return
        with contextlib.suppress(OSError), noting(self._record, "while we were sending"):
            raise error


def guard(provider: DULServiceProvider, record: Record) -> None:
    """Let no message of an archive end the thread that reads it with an uncaught exception.

    pynetdicom's state machine raises on values that the Standard does not know.
    """
    run = provider.run

    def guarded() -> None:
        try:
            run()
        except Exception as error:  # whatever it is, a peer's message made it
            said = printable(f"{type(error).__name__}: {error}", 120)
            text = f"the archive's message broke the rules of the upper layer ({said})"
            record.note(Evidence(Layer.ASSOCIATION, text, "malformed"))
            ended = A_P_ABORT()
            ended.provider_reason = 0
            provider.to_user_queue.put(ended)

    provider.run = guarded  # type: ignore[method-assign]


class Replies(DIMSEServiceProvider):
    """The DIMSE messages of an association of ours: kept for whoever waits for one.

    pynetdicom's reactor looks for requests between two of our operations, and is asked to pause
    during one; but it may just have been about to look. A reply that came that fast it would
    take for an unexpected request and throw away. It has nothing to find here: requests reach
    a requestor within a C-GET only, and there they are waited for.
    """

    def get_msg(self, block: bool = False) -> Any:  # noqa: FBT001, FBT002 - pynetdicom's signature
        """The next message; nothing for one who does not wait."""
        return super().get_msg(block=True) if block else (None, None)
