"""DIMSE messages on their way out: few writes, and stored bytes copied no more than once."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pacs_open.errors import ConnectionLostError
from pacs_open.wire import dimse
from pacs_open.wire.command import Command, encode
from pacs_open.wire.transport import Piece, Transport

HELD_AT_MOST: Final = 128 * 1024
"""Bytes of held messages before they are written anyway."""

STORED_AT_ONCE: Final = 640 * 1024
"""Bytes of a stored data set that are read with one call and written with one: a CT image whole
(512 KiB of pixels). On loopback that costs two thirds of ``sendfile``, which needs two calls for
each PDU: its header, its bytes."""

_MOST_FRAGMENTS: Final = 512
"""Fragments read with one call; the system allows 1024 (IOV_MAX)."""


@dataclass(frozen=True)
class FileRange:
    """Stored bytes to be sent as they are: ``length`` bytes of ``fd`` from ``offset``."""

    fd: int
    offset: int
    length: int


Payload = bytes | memoryview | FileRange | Iterable[bytes | memoryview]
"""A data set to send: in memory, as stored bytes, or as a stream of unknown length."""


class Outgoing:
    """The sending half of an association to a peer that takes PDUs of ``maximum_pdu`` bytes."""

    def __init__(self, transport: Transport, maximum_pdu: int) -> None:
        self._transport = transport
        self._fragment = dimse.fragment_length(maximum_pdu)
        self._held = bytearray()
        self._batch = bytearray()
        """Fragments of a stored data set with their headers; kept from one to the next, since new
        memory costs more than what is read into it."""

    def send(
        self, context_id: int, command: Command, data: Payload | None = None, *, hold: bool = False
    ) -> None:
        """Send a message, or keep a small one until the next :meth:`flush`."""
        pieces: list[Piece] = list(
            dimse.fragments(context_id, encode(command), self._fragment, is_command=True)
        )
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
        if self._held:
            pieces.insert(0, self._take_held())
        if data is None:
            self._transport.send(pieces)
        elif isinstance(data, FileRange):
            self._send_stored(context_id, pieces, data)
        else:
            self._send_stream(context_id, pieces, data)

    def flush(self) -> None:
        """Write what was held."""
        if self._held:
            self._transport.send([self._take_held()])

    def rest(self) -> None:
        """Nothing more is to be sent for now: have no memory for it."""
        self._batch = bytearray()

    def _take_held(self) -> bytearray:
        held, self._held = self._held, bytearray()
        return held

    def _send_stored(self, context_id: int, pieces: list[Piece], data: FileRange) -> None:
        most = min(max(STORED_AT_ONCE // self._fragment, 1), _MOST_FRAGMENTS) * self._fragment
        at, left = data.offset, data.length
        while pieces or left:
            length = min(left, most)
            left -= length
            batch, places = self._lay_out(context_id, length, ends=not left)
            _read(data.fd, places, at)
            self._transport.send([*pieces, batch], more=left > 0)
            pieces = []
            at += length

    def _lay_out(
        self, context_id: int, length: int, *, ends: bool
    ) -> tuple[memoryview, list[memoryview]]:
        """A batch of fragments with their headers, and the places of their ``length`` bytes."""
        size = length + dimse.OVERHEAD * max(-(-length // self._fragment), 1)
        if len(self._batch) < size:
            self._batch = bytearray(size)
        batch, places = memoryview(self._batch)[:size], []
        at = 0
        while at < size:
            piece = min(self._fragment, length)
            length -= piece
            start = at + dimse.OVERHEAD
            last = ends and not length
            batch[at:start] = dimse.header(context_id, piece, is_command=False, last=last)
            at = start + piece
            places.append(batch[start:at])
        return batch, places

    def _send_stream(
        self,
        context_id: int,
        pieces: list[Piece],
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


def _read(fd: int, places: Sequence[memoryview], offset: int) -> None:
    """Fill all places with stored bytes; ConnectionLostError if they end early."""
    if hasattr(os, "preadv") and os.preadv(fd, places, offset) == sum(map(len, places)):
        return
    for place in places:  # one by one: no such call here, or it was interrupted
        at = 0
        while at < len(place):
            piece = _read_at(fd, len(place) - at, offset)
            if not piece:
                raise ConnectionLostError("stored bytes ended early")
            place[at : at + len(piece)] = piece
            at, offset = at + len(piece), offset + len(piece)


def _read_at(fd: int, length: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(fd, length, offset)
    os.lseek(fd, offset, os.SEEK_SET)  # Windows: each sender opens its own descriptor
    return os.read(fd, length)


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
