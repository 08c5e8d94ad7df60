"""A network connection with deadlines: bytes in, bytes out, never an endless wait.

TCP_NODELAY is set on every socket, because Nagle's algorithm and delayed acknowledgement
together cost 40 ms an instance. Where TCP_QUICKACK exists it is re-armed after a short read, before
more is waited for: a peer may hold the rest back until it has our acknowledgement. What we answer
at once carries that with it.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Final

from pacs_open.errors import ConnectionLostError, DeadlineError

READ_LENGTH: Final = 256 * 1024
"""Bytes asked for in one read, and the size of a connection's one buffer."""

WRITE_STEP: Final = 128 * 1024
"""Bytes that a peer must read within the write deadline, and that TLS is given at once: each call
costs the interpreter lock, whatever its length."""

TLS_RECORD: Final = 16 * 1024
"""Bytes of content in a full record (RFC 8446 5.1)."""

_SHORT_READ: Final = 16 * 1024
_MOST_PIECES: Final = 512
"""Pieces in one sendmsg; the system allows 1024 (IOV_MAX)."""
_MOST_DRAINED: Final = 4 * 1024 * 1024
_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
_MORE: Final[int] = getattr(socket, "MSG_MORE", 0)
_CORK: Final[int | None] = getattr(socket, "TCP_CORK", None)
_HAS_SENDMSG: Final = hasattr(socket.socket, "sendmsg")

Piece = bytes | bytearray | memoryview


class Transport:
    """One TCP or TLS socket. Raises ConnectionLostError and DeadlineError, nothing else."""

    def __init__(self, sock: socket.socket, *, write_deadline: float) -> None:
        self._socket = sock
        self._write_deadline = write_deadline
        self._buffer = memoryview(bytearray(READ_LENGTH))
        self.is_tls = isinstance(sock, ssl.SSLSocket)
        self._takes_pieces = _HAS_SENDMSG and not self.is_tls
        self._owes_acknowledgement = False
        with contextlib.suppress(OSError):  # a peer that is gone already says so when read
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # -- reading

    def receive(self, within: float) -> memoryview:
        """What the next read brings, at most READ_LENGTH bytes, valid until the next read.

        Empty at the end of the stream. ``within`` is in seconds.
        """
        if within <= 0:
            raise DeadlineError("no time left to read")
        if self._owes_acknowledgement and _QUICKACK is not None:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        try:
            self._socket.settimeout(within)
            count = self._socket.recv_into(self._buffer)
            if count == TLS_RECORD and self.is_tls:
                count = self._receive_records(count)
        except TimeoutError:
            raise DeadlineError(f"no byte within {within:.1f} s") from None
        except ssl.SSLEOFError:
            return self._buffer[:0]
        except (OSError, ValueError) as error:
            raise ConnectionLostError(_words(error)) from error
        self._owes_acknowledgement = count < _SHORT_READ
        return self._buffer[:count]

    def _receive_records(self, count: int) -> int:
        """Read the records that are there behind the ``count`` bytes; bytes in the buffer then.

        TLS gives one record at a time. A full one is rarely the last, and thirty pieces of
        16 KiB cost whoever works on them more than the few that they fill.
        """
        self._socket.settimeout(0)
        with contextlib.suppress(OSError):  # nothing there, or an end that the next read meets
            while count < READ_LENGTH and (arrived := self._socket.recv_into(self._buffer[count:])):
                count += arrived
        return count

    def receive_now(self) -> memoryview | None:
        """What is there already, without waiting; None if nothing is."""
        try:
            self._socket.settimeout(0)
            return self._buffer[: self._socket.recv_into(self._buffer)]
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except ssl.SSLEOFError:
            return self._buffer[:0]
        except (OSError, ValueError) as error:
            raise ConnectionLostError(_words(error)) from error

    # -- writing

    def send(self, pieces: Sequence[Piece], *, more: bool = False) -> None:
        """Write all pieces in as few packets as can be; ``more`` promises a write at once.

        The deadline begins anew with each WRITE_STEP bytes that the peer has made room for.
        """
        if self._takes_pieces:
            for start in range(0, len(pieces), _MOST_PIECES):
                group = pieces[start : start + _MOST_PIECES]
                self._write(group, more=more or start + len(group) < len(pieces))
        else:
            with self._corked(pieces):
                for batch in _batches(pieces):
                    self._write([batch])

    def _write(self, pieces: Sequence[Piece], *, more: bool = False) -> None:
        deadline, taken = time.monotonic() + self._write_deadline, 0
        self._owes_acknowledgement = False
        try:
            while pieces:
                self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
                sent = self._send_some(pieces, more=more)
                pieces, taken = _left(pieces, sent), taken + sent
                if taken >= WRITE_STEP:
                    deadline, taken = time.monotonic() + self._write_deadline, 0
        except TimeoutError:
            message = f"the peer did not read for {self._write_deadline:.0f} s"
            raise DeadlineError(message) from None
        except (OSError, ValueError) as error:
            raise ConnectionLostError(_words(error)) from error

    def _send_some(self, pieces: Sequence[Piece], *, more: bool) -> int:
        """Bytes that one call to the system takes."""
        if self._takes_pieces:
            return self._socket.sendmsg(pieces, (), _MORE if more else 0)
        return self._socket.send(memoryview(pieces[0])[:WRITE_STEP])  # TLS: all of it, or none

    @contextlib.contextmanager
    def _corked(self, pieces: Sequence[Piece]) -> Iterator[None]:
        """Let records fill packets: TLS writes each by itself, and each would leave alone."""
        if _CORK is None or sum(map(len, pieces)) <= TLS_RECORD:
            yield
            return
        with contextlib.suppress(OSError):  # a peer that is gone says so when written to
            self._socket.setsockopt(socket.IPPROTO_TCP, _CORK, 1)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, _CORK, 0)

    # -- the end

    def close_after_last_word(self, within: float) -> None:
        """Close so that what was just sent arrives.

        Closing a socket that has unread bytes makes TCP send a reset, which destroys our
        A-ASSOCIATE-RJ or A-RELEASE-RP in the peer's buffer. So: end our direction, read and
        forget until the peer closes, at most ``within`` seconds (ARTIM, PS3.8 9.1.5).
        """
        deadline = time.monotonic() + within
        with contextlib.suppress(OSError, ValueError):
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.settimeout(0)
                with contextlib.suppress(OSError, ValueError):
                    self._socket.unwrap()  # sends close_notify; does not wait for theirs
            self._socket.shutdown(socket.SHUT_WR)
            drained = 0
            while drained < _MOST_DRAINED and (left := deadline - time.monotonic()) > 0:
                self._socket.settimeout(left)
                count = self._socket.recv_into(self._buffer)
                if count == 0:
                    break
                drained += count
        self.close()

    def interrupt(self) -> None:
        """From another thread: a blocked read returns the end of the stream at once."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RD)

    def close(self) -> None:
        """Close without another word."""
        with contextlib.suppress(OSError):
            self._socket.close()


def _left(pieces: Sequence[Piece], sent: int) -> Sequence[Piece]:
    """What is left of the pieces behind the first ``sent`` bytes."""
    for number, piece in enumerate(pieces):
        if sent < len(piece):
            return [memoryview(piece)[sent:], *pieces[number + 1 :]]
        sent -= len(piece)
    return ()


def _batches(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Join short pieces; a long one goes alone, uncopied."""
    held = bytearray()
    for piece in pieces:
        if held and len(held) + len(piece) > WRITE_STEP:
            yield held
            held = bytearray()
        if len(piece) < WRITE_STEP:
            held += piece
        else:
            yield piece
    if held:
        yield held


def _words(error: BaseException) -> str:
    """An error of the network in words fit for a log; never text from the peer."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'error'}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
