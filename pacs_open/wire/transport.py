"""A network connection with deadlines: bytes in, bytes out, never an endless wait.

TCP_NODELAY is set on every socket, because Nagle's algorithm and delayed acknowledgement
together cost 40 ms an instance; TCP_QUICKACK is re-armed after short reads where it exists.
"""

import contextlib
import os
import selectors
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pacs_open.errors import ConnectionLostError, DeadlineError

READ_LENGTH: Final = 256 * 1024
"""Bytes asked for in one read, and the size of a connection's one buffer."""

TLS_BATCH: Final = 256 * 1024
"""Bytes given to TLS at once: each call costs the interpreter lock, whatever its length."""

TLS_RECORD: Final = 16 * 1024
"""Bytes of content in a full record (RFC 8446 5.1)."""

_SHORT_READ: Final = 16 * 1024
_MOST_PIECES: Final = 512
"""Pieces in one sendmsg; the system allows 1024 (IOV_MAX)."""
_MOST_DRAINED: Final = 4 * 1024 * 1024
_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)
_MORE: Final[int] = getattr(socket, "MSG_MORE", 0)
_HAS_SENDMSG: Final = hasattr(socket.socket, "sendmsg")


@dataclass(frozen=True)
class FileRange:
    """Stored bytes to be sent as they are: ``length`` bytes of ``fd`` from ``offset``."""

    fd: int
    offset: int
    length: int


class Transport:
    """One TCP or TLS socket. Raises ConnectionLostError and DeadlineError, nothing else."""

    def __init__(self, sock: socket.socket, *, write_deadline: float) -> None:
        self._socket = sock
        self._write_deadline = write_deadline
        self._buffer = memoryview(bytearray(READ_LENGTH))
        self.is_tls = isinstance(sock, ssl.SSLSocket)
        with contextlib.suppress(OSError):  # a peer that is gone already says so when read
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # -- reading

    def receive(self, within: float) -> memoryview:
        """What the next read brings, at most READ_LENGTH bytes, valid until the next read.

        Empty at the end of the stream. ``within`` is in seconds.
        """
        if within <= 0:
            raise DeadlineError("no time left to read")
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
        if _QUICKACK is not None and count < _SHORT_READ:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
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

    def send(self, pieces: Sequence[bytes | memoryview], *, more: bool = False) -> None:
        """Write all pieces in as few packets as can be; ``more`` promises a write at once."""
        deadline = time.monotonic() + self._write_deadline
        if self.is_tls or not _HAS_SENDMSG or len(pieces) == 1:
            for batch in _batches(pieces):
                self._send_all(batch, deadline)
            return
        for start in range(0, len(pieces), _MOST_PIECES):
            group = pieces[start : start + _MOST_PIECES]
            self._send_pieces(group, deadline, more=more or start + len(group) < len(pieces))

    def send_file(self, stored: FileRange) -> None:
        """Write stored bytes without copying them where the system can (not through TLS)."""
        deadline = time.monotonic() + self._write_deadline
        offset, left = stored.offset, stored.length
        with contextlib.suppress(OSError):
            self._socket.settimeout(self._write_deadline)  # or sendfile itself would block
        while left and not self.is_tls and hasattr(os, "sendfile"):
            try:
                sent = os.sendfile(self._socket.fileno(), stored.fd, offset, left)
            except BlockingIOError:
                self._wait_until_writable(deadline)
                continue
            except OSError as error:
                raise ConnectionLostError(_words(error)) from error
            if sent == 0:
                raise ConnectionLostError("stored bytes ended early")
            offset, left = offset + sent, left - sent
        for chunk in read_range(FileRange(stored.fd, offset, left)):
            self._send_all(chunk, deadline)

    def _send_all(self, data: bytes | bytearray | memoryview, deadline: float) -> None:
        try:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            self._socket.sendall(data)
        except TimeoutError:
            raise self._not_reading() from None
        except (OSError, ValueError) as error:
            raise ConnectionLostError(_words(error)) from error

    def _send_pieces(
        self, pieces: Sequence[bytes | memoryview], deadline: float, *, more: bool
    ) -> None:
        try:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            sent = self._socket.sendmsg(pieces, (), _MORE if more else 0)
        except TimeoutError:
            raise self._not_reading() from None
        except (OSError, ValueError) as error:
            raise ConnectionLostError(_words(error)) from error
        for piece in pieces:
            if sent >= len(piece):
                sent -= len(piece)
            else:
                self._send_all(memoryview(piece)[sent:], deadline)
                sent = 0

    def _wait_until_writable(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_WRITE)
            if left <= 0 or not selector.select(left):
                raise self._not_reading()

    def _not_reading(self) -> DeadlineError:
        return DeadlineError(f"the peer did not read for {self._write_deadline:.0f} s")

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


def read_range(stored: FileRange) -> Iterator[bytes]:
    """Stored bytes in chunks of TLS_BATCH; ConnectionLostError if they end early."""
    offset, end = stored.offset, stored.offset + stored.length
    while offset < end:
        chunk = _read_at(stored.fd, min(end - offset, TLS_BATCH), offset)
        if not chunk:
            raise ConnectionLostError("stored bytes ended early")
        yield chunk
        offset += len(chunk)


def _read_at(fd: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, length, offset)
    os.lseek(fd, offset, os.SEEK_SET)  # Windows: each sender opens its own descriptor
    return os.read(fd, length)


def _batches(pieces: Iterable[bytes | memoryview]) -> Iterable[bytes | bytearray | memoryview]:
    """Join pieces into batches of about TLS_BATCH bytes."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= TLS_BATCH:
            yield held
            held = bytearray()
    if held:
        yield held


def _words(error: BaseException) -> str:
    """An error of the network in words fit for a log; never text from the peer."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'error'}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
