"""What was said on an association, as lines: PDU headers, negotiation, command sets.

Pure, and made for hostile bytes. Data sets appear only as their length and a salted hash: whoever
reads a transcript learns what was asked and answered, and nobody's name.
"""

import hmac
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydicom.datadict import keyword_for_tag

from lab.evidence import printable

Line = Callable[[str], None]

PDUS = {
    0x01: "A-ASSOCIATE-RQ",
    0x02: "A-ASSOCIATE-AC",
    0x03: "A-ASSOCIATE-RJ",
    0x04: "P-DATA-TF",
    0x05: "A-RELEASE-RQ",
    0x06: "A-RELEASE-RP",
    0x07: "A-ABORT",
}
"""PS3.8 9.3.1."""
HEADER = 6
ASSOCIATE_FIXED = 68
"""Protocol version to the reserved bytes after the titles (PS3.8 9.3.2)."""
ITEM_HEADER = 4
CONTEXTS = (0x20, 0x21)
NAMES = {0x10: "application context", 0x30: "abstract syntax", 0x40: "transfer syntax"}
LONGEST_PDU = 16 * 1024 * 1024
LONGEST_COMMAND = 64 * 1024
NUMBERS = {2: "<H", 4: "<I"}
"""Lengths of command elements that are numbers (US, UL)."""
COMMAND, LAST = 1, 2
"""Bits of a message control header (PS3.8 E.2)."""


class Stream:
    """One direction of a conversation: takes bytes as they come, gives lines."""

    def __init__(self, who: str, salt: bytes, line: Line) -> None:
        self._who = who
        self._salt = salt
        self._line = line
        self._buffer = bytearray()
        self._lost = False
        self._command = bytearray()
        self._data = hmac.new(salt, digestmod="sha256")
        self._length = 0

    def feed(self, chunk: bytes | bytearray) -> None:
        """Take the next bytes."""
        if self._lost:
            return
        self._buffer += chunk
        while len(self._buffer) >= HEADER:
            kind, length = self._buffer[0], int.from_bytes(self._buffer[2:HEADER], "big")
            if kind not in PDUS or length > LONGEST_PDU:
                self._lose()
                return
            if len(self._buffer) < HEADER + length:
                return
            body = bytes(self._buffer[HEADER : HEADER + length])
            del self._buffer[: HEADER + length]
            self._pdu(kind, body)

    def _lose(self) -> None:
        """What is no PDU is not repeated: it may be anything, names included."""
        self._lost = True
        self._buffer.clear()
        self._say("bytes that are no PDU, or a longer one than is read; not followed any further")

    def _say(self, text: str) -> None:
        self._line(f"{self._who} {text}")

    def _pdu(self, kind: int, body: bytes) -> None:
        if kind == 0x04:  # noqa: PLR2004 - P-DATA-TF
            self._p_data(body)
            return
        self._say(f"{PDUS[kind]}, {len(body)} bytes{_ending(kind, body)}")
        if kind in (0x01, 0x02):
            for text in associate_lines(body):
                self._say(f"  {text}")

    def _p_data(self, body: bytes) -> None:
        while len(body) >= HEADER:
            length, context, control = struct.unpack(">IBB", body[:HEADER])
            fragment = body[HEADER : 4 + length]
            body = body[max(4 + length, HEADER) :]
            if control & COMMAND:
                self._command_fragment(context, fragment, last=bool(control & LAST))
            else:
                self._data_fragment(context, fragment, last=bool(control & LAST))

    def _command_fragment(self, context: int, fragment: bytes, *, last: bool) -> None:
        self._command += fragment[: LONGEST_COMMAND - len(self._command)]
        if last:
            said = ", ".join(command_words(bytes(self._command)))
            self._say(f"command on context {context}: {said}")
            self._command.clear()

    def _data_fragment(self, context: int, fragment: bytes, *, last: bool) -> None:
        self._data.update(fragment)
        self._length += len(fragment)
        if last:
            digest = self._data.hexdigest()[:32]
            self._say(f"data set on context {context}: {self._length} bytes, hash {digest}")
            self._data = hmac.new(self._salt, digestmod="sha256")
            self._length = 0


def _ending(kind: int, body: bytes) -> str:
    """Result, source and reason where a PDU says them (PS3.8 9.3.4, 9.3.8)."""
    if kind == 0x03 and len(body) >= 4:  # noqa: PLR2004 - A-ASSOCIATE-RJ
        return f": result {body[1]}, source {body[2]}, reason {body[3]}"
    if kind == 0x07 and len(body) >= 4:  # noqa: PLR2004 - A-ABORT
        return f": source {body[2]}, reason {body[3]}"
    return ""


def associate_lines(body: bytes) -> Iterator[str]:
    """Titles and contexts of an A-ASSOCIATE-RQ or -AC; never a user identity's contents."""
    called, calling = body[4:20].decode("latin-1"), body[20:36].decode("latin-1")
    yield f"called {printable(called.strip())}, calling {printable(calling.strip())}"
    for kind, value in _items(body[ASSOCIATE_FIXED:]):
        if kind in CONTEXTS:
            inner = _items(value[4:])
            said = [f"{NAMES[one]} {_text(text)}" for one, text in inner if one in NAMES]
            result = f", result {value[2]}" if kind == CONTEXTS[1] and len(value) > 2 else ""  # noqa: PLR2004
            yield f"context {value[0] if value else '?'}{result}: {'; '.join(said)}"
        elif kind in NAMES:
            yield f"{NAMES[kind]} {_text(value)}"
        else:
            kinds = ", ".join(f"{one:02X}H ({len(text)} bytes)" for one, text in _items(value))
            yield f"item {kind:02X}H, {len(value)} bytes: {kinds}"


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Items of type, reserved byte, length and value (PS3.8 9.3.2)."""
    while len(data) >= ITEM_HEADER:
        length = int.from_bytes(data[2:ITEM_HEADER], "big")
        yield data[0], data[ITEM_HEADER : ITEM_HEADER + length]
        data = data[ITEM_HEADER + length :]


class _Element(NamedTuple):
    tag: int
    value: bytes


def command_words(data: bytes) -> Iterator[str]:
    """Elements of a command set (group 0000, Implicit VR Little Endian; PS3.7 6.3.1)."""
    for element in _elements(data):
        keyword = keyword_for_tag(element.tag) or f"{element.tag:08X}H"
        yield f"{keyword}={_value(keyword, element.value)}"


def _elements(data: bytes) -> Iterator[_Element]:
    while len(data) >= 8:  # noqa: PLR2004 - tag and length
        group, number, length = struct.unpack("<HHI", data[:8])
        if group:
            return
        yield _Element(number, data[8 : 8 + length])
        data = data[8 + length :]


def _value(keyword: str, value: bytes) -> str:
    """Numbers and UIDs as they are; a free text of the peer's only as its length."""
    if keyword.endswith(("UID", "Destination", "ApplicationEntityTitle")):
        return _text(value)
    if len(value) in NUMBERS and not keyword.endswith("Comment"):
        number = struct.unpack(NUMBERS[len(value)], value)[0]
        return f"{number:04X}H" if keyword in {"Status", "CommandField"} else str(number)
    return f"({len(value)} bytes)"


def _text(value: bytes) -> str:
    return printable(value.decode("latin-1").strip(" \0"))
