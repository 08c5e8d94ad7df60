"""P-DATA-TF bytes to DIMSE messages and back (PS3.8 9.3.5, PS3.7 6.3), with no socket.

The :class:`Decoder` is fed whatever arrived and gives events. Data set fragments are views
into what was fed: nothing is copied, nothing is collected, no length is believed before it is
checked. Everything else is collected within its bound.

Usage, as the sans-I/O libraries have it::

    decoder.feed(data)
    while (event := decoder.next_event()) is not None:
        ...                     # fragments must be used before the next feed
"""

import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import Final

from pacs_open.errors import ProtocolError
from pacs_open.wire.command import LONGEST_COMMAND, Command, decode
from pacs_open.wire.upper_layer import (
    HEADER_LENGTH,
    LONGEST_DATA,
    AbortReason,
    Bounds,
    PduType,
    read_header,
)

PDV_HEADER_LENGTH: Final = 6
"""Bytes before a fragment: item length, context id, message control header (PS3.8 9.3.5.1)."""

OVERHEAD: Final = HEADER_LENGTH + PDV_HEADER_LENGTH

_PDV_HEADER = struct.Struct(">LBB")
_BOTH_HEADERS = struct.Struct(">BxLLBB")
_IS_COMMAND = 0x01
_IS_LAST = 0x02


@dataclass(frozen=True, slots=True)
class Pdu:
    """A PDU other than P-DATA-TF, whole: its type and its bytes after the header."""

    pdu_type: PduType
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CommandReceived:
    """A complete command set; a data set follows if ``command.has_data_set``."""

    context_id: int
    command: Command


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of the data set; a view, valid until the next feed."""

    data: memoryview = field(repr=False)
    last: bool


Event = Pdu | CommandReceived | Fragment


class _Part(IntEnum):  # numbers, because tables are asked for them several times a message
    """What the next bytes are."""

    PDU_HEADER = auto()
    PDV_HEADER = auto()
    COMMAND = auto()
    DATA = auto()
    WHOLE_PDU = auto()


class _Expects(IntEnum):
    """Where a message stands."""

    COMMAND = auto()
    """A command set, from its first fragment."""
    MORE_COMMAND = auto()
    """The rest of a command set."""
    DATA = auto()
    """A data set, or its rest."""


_ALLOWED: Final[Mapping[tuple[_Expects, bool], _Part]] = {
    # (where the message stands, the PDV is a command fragment) -> how its bytes are read
    (_Expects.COMMAND, True): _Part.COMMAND,
    (_Expects.MORE_COMMAND, True): _Part.COMMAND,
    (_Expects.DATA, False): _Part.DATA,
}


class Decoder:
    """Turns received bytes into events; raises ProtocolError with the reason of the A-ABORT.

    ``context_ids`` are those of the accepted presentation contexts; it may be filled later.
    """

    def __init__(self, bounds: Bounds, maximum_command: int = LONGEST_COMMAND) -> None:
        self.bounds = bounds
        self.context_ids: Collection[int] = ()
        self.complete_pdus = 0
        """How many PDUs have come whole."""
        self._maximum_command = maximum_command
        self._view = memoryview(b"")
        self._at = 0
        self._partial = bytearray()
        self._part = _Part.PDU_HEADER
        self._expects = _Expects.COMMAND
        self._context_id = 0
        self._command = bytearray()
        self._pdu_type = PduType.P_DATA_TF
        self._pdu_left = 0
        self._pdv_left = 0
        self._pdv_last = False
        self._readers: Mapping[_Part, Callable[[], Event | bool]] = {
            _Part.PDU_HEADER: self._read_pdu_header,
            _Part.PDV_HEADER: self._read_pdv_header,
            _Part.COMMAND: self._read_command,
            _Part.DATA: self._read_data,
            _Part.WHOLE_PDU: self._read_whole_pdu,
        }

    @property
    def within_pdu(self) -> bool:
        """Whether a PDU has begun and is not yet complete."""
        return self._part is not _Part.PDU_HEADER or bool(self._partial)

    @property
    def has_unread(self) -> bool:
        """Whether bytes that were fed are not used up yet."""
        return self._at < len(self._view)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Give what arrived; what was given before must be used up."""
        if self.has_unread:
            message = "feed() before the bytes given earlier were used up"
            raise RuntimeError(message)
        self._view = memoryview(data)
        self._at = 0

    def next_event(self) -> Event | None:
        """The next event, or None if more bytes are needed."""
        while True:
            result = self._readers[self._part]()
            if result is False:
                return None
            if result is not True:
                return result

    # Each reader returns an event, True ("go on"), or False ("more bytes, please").

    def _take(self, count: int) -> bytes | memoryview | None:
        """Exactly ``count`` bytes, or None; what is there is kept for the next time."""
        available = len(self._view) - self._at
        missing = count - len(self._partial)
        if missing <= available:
            piece = self._view[self._at : self._at + missing]
            self._at += missing
            if not self._partial:
                return piece
            whole = bytes(self._partial) + piece
            self._partial.clear()
            return whole
        self._partial += self._view[self._at :]
        self._at = len(self._view)
        return None

    def _read_pdu_header(self) -> Event | bool:
        header = self._take(HEADER_LENGTH)
        if header is None:
            return False
        self._pdu_type, self._pdu_left = read_header(header, self.bounds)
        if self._pdu_type is not PduType.P_DATA_TF:
            self._part = _Part.WHOLE_PDU
        elif self._pdu_left < PDV_HEADER_LENGTH:
            message = f"P-DATA-TF of {self._pdu_left} bytes holds no presentation data value"
            raise ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)
        else:
            self._part = _Part.PDV_HEADER
        return True

    def _read_whole_pdu(self) -> Event | bool:
        body = self._take(self._pdu_left)
        if body is None:
            return False
        self._part = _Part.PDU_HEADER
        self.complete_pdus += 1
        return Pdu(self._pdu_type, bytes(body))

    def _read_pdv_header(self) -> Event | bool:
        header = self._take(PDV_HEADER_LENGTH)
        if header is None:
            return False
        length, context_id, control = _PDV_HEADER.unpack(header)
        self._pdu_left -= PDV_HEADER_LENGTH
        self._pdv_left = length - 2
        self._pdv_last = bool(control & _IS_LAST)
        if not 0 <= self._pdv_left <= self._pdu_left:
            message = f"a presentation data value of {length} bytes does not fit its PDU"
            raise ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)
        self._part = self._part_of(context_id, is_command=bool(control & _IS_COMMAND))
        self._context_id = context_id
        return True

    def _part_of(self, context_id: int, *, is_command: bool) -> _Part:
        """How this PDV's bytes are read; ProtocolError if it may not come now."""
        part = _ALLOWED.get((self._expects, is_command))
        if part is None:
            kind = "command" if is_command else "data set"
            message = f"a {kind} fragment while {self._expects.name} was expected"
            raise ProtocolError(message, AbortReason.UNEXPECTED_PARAMETER)
        fresh = self._expects is _Expects.COMMAND
        if context_id not in self.context_ids if fresh else context_id != self._context_id:
            message = f"presentation context {context_id} is not the one agreed on"
            raise ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)
        return part

    def _read_command(self) -> Event | bool:
        piece = self._view[self._at : self._at + self._pdv_left]
        if len(self._command) + self._pdv_left > self._maximum_command:
            message = f"a command set over the limit of {self._maximum_command} bytes"
            raise ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)
        self._command += piece
        if not self._used(len(piece)):
            return False
        if not self._pdv_last:
            self._expects = _Expects.MORE_COMMAND
            return True
        command = decode(self._command)
        self._command.clear()
        self._expects = _Expects.DATA if command.has_data_set else _Expects.COMMAND
        return CommandReceived(self._context_id, command)

    def _read_data(self) -> Event | bool:
        piece = self._view[self._at : self._at + self._pdv_left]
        complete = self._used(len(piece))
        last = complete and self._pdv_last
        if last:
            self._expects = _Expects.COMMAND
        if piece or last:
            return Fragment(piece, last)
        return complete

    def _used(self, count: int) -> bool:
        """Account for bytes of a PDV; True if it is complete."""
        self._at += count
        self._pdv_left -= count
        self._pdu_left -= count
        if self._pdv_left:
            return False
        if self._pdu_left == 0:
            self._part = _Part.PDU_HEADER
            self.complete_pdus += 1
        elif self._pdu_left < PDV_HEADER_LENGTH:
            message = f"{self._pdu_left} bytes are left over at the end of a P-DATA-TF"
            raise ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)
        else:
            self._part = _Part.PDV_HEADER
        return True


def fragment_length(maximum_pdu: int, ceiling: int = LONGEST_DATA) -> int:
    """Bytes of message in one P-DATA-TF to a peer that takes PDUs of ``maximum_pdu`` bytes.

    0 is "no maximum" (PS3.8 D.1.1); ``ceiling`` bounds our own PDUs in any case.
    """
    longest = min(maximum_pdu, ceiling) if maximum_pdu else ceiling
    return max(longest - PDV_HEADER_LENGTH, 2)


def header(context_id: int, length: int, *, is_command: bool, last: bool) -> bytes:
    """PDU and PDV header of one fragment of ``length`` bytes."""
    control = (_IS_COMMAND if is_command else 0) | (_IS_LAST if last else 0)
    return _BOTH_HEADERS.pack(
        PduType.P_DATA_TF, length + PDV_HEADER_LENGTH, length + 2, context_id, control
    )


def fragments(
    context_id: int, data: bytes | memoryview, fragment: int, *, is_command: bool
) -> Iterator[bytes | memoryview]:
    """Headers and views, alternately, of a whole command set or data set."""
    view = memoryview(data)
    at = 0
    while True:
        piece = view[at : at + fragment]
        at += len(piece)
        last = at >= len(view)
        yield header(context_id, len(piece), is_command=is_command, last=last)
        yield piece
        if last:
            return
