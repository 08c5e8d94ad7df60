"""DIMSE messages on their way out: few writes, and stored bytes without copying them."""

from collections.abc import Iterable, Iterator
from typing import Final

from pacs_open.wire import dimse
from pacs_open.wire.command import Command, encode
from pacs_open.wire.transport import FileRange, Transport, read_range

HELD_AT_MOST: Final = 128 * 1024
"""Bytes of held messages before they are written anyway."""

_SENDFILE_FROM: Final = 32 * 1024
"""Below this fragment length one copy costs less than a call for each fragment."""

Payload = bytes | memoryview | FileRange | Iterable[bytes | memoryview]
"""A data set to send: in memory, as stored bytes, or as a stream of unknown length."""


class Outgoing:
    """The sending half of an association to a peer that takes PDUs of ``maximum_pdu`` bytes."""

    def __init__(self, transport: Transport, maximum_pdu: int) -> None:
        self._transport = transport
        self._fragment = dimse.fragment_length(maximum_pdu)
        self._held = bytearray()

    def send(
        self, context_id: int, command: Command, data: Payload | None = None, *, hold: bool = False
    ) -> None:
        """Send a message, or keep a small one until the next :meth:`flush`."""
        pieces = list(dimse.fragments(context_id, encode(command), self._fragment, is_command=True))
        if isinstance(data, bytes | memoryview):
            if len(data) > HELD_AT_MOST:  # a peer may want it in fragments of two bytes
                data = _chunks(data)
            else:
                pieces += dimse.fragments(context_id, data, self._fragment, is_command=False)
                data = None
        if hold and data is None:
            self._held += b"".join(pieces)
            if len(self._held) >= HELD_AT_MOST:
                self.flush()
            return
        self.flush(more=True)
        if data is None:
            self._transport.send(pieces)
        elif isinstance(data, FileRange):
            self._send_stored(context_id, pieces, data)
        else:
            self._send_stream(context_id, pieces, data)

    def flush(self, *, more: bool = False) -> None:
        """Write what was held; ``more`` promises another write at once."""
        if self._held:
            held, self._held = bytes(self._held), bytearray()
            self._transport.send([held], more=more)

    def _send_stored(
        self, context_id: int, pieces: list[bytes | memoryview], data: FileRange
    ) -> None:
        if self._transport.is_tls or self._fragment < _SENDFILE_FROM:
            self._send_stream(context_id, pieces, read_range(data))
            return
        at, end, last = data.offset, data.offset + data.length, False
        while not last:
            length = min(self._fragment, end - at)
            last = at + length == end
            pieces.append(dimse.header(context_id, length, is_command=False, last=last))
            self._transport.send(pieces, more=length > 0)
            self._transport.send_file(FileRange(data.fd, at, length))
            pieces = []
            at += length

    def _send_stream(
        self,
        context_id: int,
        pieces: list[bytes | memoryview],
        chunks: Iterable[bytes | memoryview],
    ) -> None:
        size = sum(map(len, pieces))
        for piece, last in _regroup(chunks, self._fragment):
            pieces.append(dimse.header(context_id, len(piece), is_command=False, last=last))
            pieces.append(piece)
            size += dimse.OVERHEAD + len(piece)
            if size >= HELD_AT_MOST or last:
                self._transport.send(pieces, more=not last)
                pieces, size = [], 0


def _chunks(data: bytes | memoryview) -> Iterator[memoryview]:
    view = memoryview(data)
    for start in range(0, len(view), HELD_AT_MOST):
        yield view[start : start + HELD_AT_MOST]


def _regroup(
    chunks: Iterable[bytes | memoryview], fragment: int
) -> Iterator[tuple[bytes | memoryview, bool]]:
    """Cut a stream of unknown length into fragments; the last one is marked True."""
    held = b""
    for chunk in chunks:
        view = memoryview(held + chunk if held else chunk)
        at = 0
        while len(view) - at > fragment:
            yield view[at : at + fragment], False
            at += fragment
        held = bytes(view[at:])
    yield held, True
