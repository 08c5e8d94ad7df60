"""The first elements of a data set, read as it arrives (PS3.5 7): sans I/O, bounded.

Bytes come in pieces of any size; the scanner reads the elements of the top level, passes over
sequences, and stops at the pixels, at 64 KiB, or where it cannot understand.
"""

import struct
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR

from pacs_open.data_sets import character_sets
from pacs_open.data_sets.elements import (
    ITEM,
    ITEM_DELIMITER,
    ITEM_GROUP,
    SEQUENCE_DELIMITER,
    SHORT_HEADER,
    SHORT_VRS,
    UNDEFINED_LENGTH,
    MalformedDataSetError,
    read_header,
)
from pacs_open.index import attributes
from pacs_open.values import Head

LIMIT = 64 * 1024
"""Bytes looked at."""
SERIES_INSTANCE_UID = 0x0020000E
LAST_TAG = max(attributes.TAGS)
"""Nothing behind it goes into the index."""
DEEPEST = 32
"""Sequences in sequences that are followed."""
LONGEST_VALUE = 16 * 1024
"""Characters of a value that are kept."""
_OFTEN_THE_SAME = 64
"""Bytes of values that are decoded once: of a series, most images say the same."""
_FIRST_GROUP = 0x0008
_UNNAMED = frozenset({b"", b"UN"})
"""No VR of its own: implicit, or passed on by somebody who did not know it."""
_WITHOUT_LENGTH = frozenset({b"", b"SQ", b"UN"})
"""What may have an undefined length in front of the pixels (PS3.5 7.1.1)."""
_TEXT = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_ASCII = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
_BINARY = {
    "US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q",
}  # fmt: skip
_READABLE = _TEXT | _ASCII | frozenset(_BINARY)
_PARAGRAPHS = frozenset({"LT", "ST", "UT"})
_NAMES = {vr: vr.decode("ascii") for vr in SHORT_VRS}


class _NeedMoreError(Exception):
    """The element at hand has not come whole."""


@lru_cache(maxsize=4096)
def _kept(tag: int) -> tuple[str, str]:
    """Keyword and VR (PS3.6) of a tag whose value is kept; nothing for others."""
    if not (tag <= SERIES_INSTANCE_UID or tag in attributes.TAGS) or not dictionary_has_tag(tag):
        return "", ""
    return dictionary_keyword(tag), dictionary_VR(tag)


class HeadScanner:
    """Reads the front of one data set.

    Args:
        implicit: whether the VR is implicit (else explicit), little endian.
    """

    def __init__(self, *, implicit: bool) -> None:
        self.elements: dict[str, str] = {}
        """Keyword to text, of all elements understood so far."""
        self.fault = ""
        """Why it cannot be understood, "" if it can."""
        self.stopped = False
        """Whether further bytes are of no interest."""
        self.reaches = 0
        """Bytes the data set must have, by the lengths seen so far."""
        self._implicit = implicit
        self._buffer = bytearray()
        self._position = 0
        self._last = 0
        self._closers: list[int] = []  # of the sequences and items of undefined length we are in
        self._implicit_since: int | None = None  # depth of an UN of undefined length
        self._encodings = character_sets.encodings("")

    @property
    def passed(self) -> bool:
        """Whether (0020,000E) has come, or cannot come any more."""
        return self.stopped or self._last > SERIES_INSTANCE_UID

    @property
    def head(self) -> Head:
        """What was read so far."""
        return Head(dict(self.elements))

    def feed(self, data: bytes | memoryview) -> None:
        """Take the next bytes."""
        if self.stopped:
            return
        self._buffer += data[: LIMIT - len(self._buffer)]
        try:
            while not self.stopped:
                self._usual_elements()
                self._element()
        except _NeedMoreError:
            if len(self._buffer) >= LIMIT:
                self._stop()

    def finish(self, size: int) -> None:
        """The data set has ended after ``size`` bytes: is anything missing?"""
        inside = bool(self._closers) or self._position < len(self._buffer)
        if size < self.reaches or (not self.stopped and inside):
            self._stop("the data set is cut short")
        self._stop()

    def _stop(self, fault: str = "") -> None:
        self.fault = self.fault or fault
        self.stopped = True
        self._buffer = bytearray()

    def _usual_elements(self) -> None:
        """Short elements with a VR that follow each other in order, whole: nearly all there are.

        Their loop is tight, because every store waits for it. Anything else ends it, and is left
        to :meth:`_element`.
        """
        if self._implicit or self._closers:
            return
        buffer, at, last = self._buffer, self._position, self._last
        longest = len(buffer) - SHORT_HEADER.size
        while at <= longest:
            group, number, vr, length = SHORT_HEADER.unpack_from(buffer, at)
            tag = group << 16 | number
            end = at + SHORT_HEADER.size + length
            in_order = last < tag <= LAST_TAG and group >= _FIRST_GROUP
            if vr not in SHORT_VRS or not in_order or end > len(buffer):
                break
            keyword, _ = _kept(tag)
            name = _NAMES[vr]
            if keyword and name in _READABLE and length <= LONGEST_VALUE:
                self._keep(keyword, name, bytes(buffer[end - length : end]))
            at, last = end, tag
        self._position, self._last = at, last
        self.reaches = max(self.reaches, at)

    def _element(self) -> None:
        start = self._position
        explicit = not self._implicit and self._implicit_since is None
        try:
            header = read_header(self._buffer, start, explicit=explicit)
        except MalformedDataSetError as error:
            self._stop(f"element {_written(error.tag or 0)} has no VR")
            return
        if header is None:
            raise _NeedMoreError
        tag, vr, length, size = header
        if tag >> 16 == ITEM_GROUP:
            self._delimiter(tag, length, start + size)
        elif self._closers:
            self._skip(tag, vr, length, start + size)
        elif tag <= self._last or tag >> 16 < _FIRST_GROUP:
            self._stop(f"element {_written(tag)} is out of order")
        elif tag > LAST_TAG:
            if length != UNDEFINED_LENGTH:
                self.reaches = start + size + length
            self._last = tag
            self._stop()
        else:
            self._top_level(tag, vr, length, start + size)

    def _delimiter(self, tag: int, length: int, behind: int) -> None:
        """An item, or the end of one, inside a sequence of undefined length (PS3.5 7.5)."""
        expected = self._closers[-1] if self._closers else None
        if tag == ITEM and expected == SEQUENCE_DELIMITER:
            if length == UNDEFINED_LENGTH:
                self._open(ITEM_DELIMITER, behind)
            else:
                self._move(behind + length)
        elif tag == expected and length == 0:
            self._closers.pop()
            if self._implicit_since is not None and len(self._closers) < self._implicit_since:
                self._implicit_since = None
            self._position = behind
        else:
            self._stop(f"delimiter {_written(tag)} where none can be")

    def _open(self, closer: int, position: int) -> None:
        if len(self._closers) >= 2 * DEEPEST:
            self._stop("sequences are nested too deeply")
            return
        self._closers.append(closer)
        self._position = position

    def _skip(self, tag: int, vr: bytes, length: int, value: int) -> None:
        """Pass over an element that is not read."""
        if length != UNDEFINED_LENGTH:
            self._move(value + length)
        elif vr not in _WITHOUT_LENGTH:
            self._stop(f"element {_written(tag)} has no length")
        else:
            self._open(SEQUENCE_DELIMITER, value)
            if vr == b"UN" and self._implicit_since is None:
                self._implicit_since = len(self._closers)  # PS3.5 6.2.2, note 5

    def _move(self, position: int) -> None:
        """Go on at a position that may not have come yet."""
        self.reaches = max(self.reaches, position)
        if position > LIMIT:
            self._stop()
        self._position = position

    def _top_level(self, tag: int, vr: bytes, length: int, value: int) -> None:
        keyword, usual = _kept(tag)
        if keyword:
            name = usual if vr in _UNNAMED else vr.decode("ascii")
            if name in _READABLE and length <= LONGEST_VALUE:
                end = value + length
                if end > len(self._buffer):
                    self.reaches = max(self.reaches, end)
                    raise _NeedMoreError
                self._keep(keyword, name, bytes(self._buffer[value:end]))
        self._last = tag
        if length == UNDEFINED_LENGTH:
            self._skip(tag, vr, length, value)
        else:
            self._move(value + length)

    def _keep(self, keyword: str, vr: str, value: bytes) -> None:
        read = _text_again if len(value) <= _OFTEN_THE_SAME else _text
        self.elements[keyword] = text = read(vr, value, self._encodings)
        if keyword == "SpecificCharacterSet":
            self._encodings = character_sets.encodings(text)


def _text(vr: str, value: bytes, encodings: tuple[str, ...]) -> str:
    """A value as text, without its padding."""
    if vr in _ASCII:
        text = value.decode("latin-1")
    elif vr in _TEXT:
        text = character_sets.decode(value, encodings, vr)
    else:
        text = _numbers(vr, value)
    text = text.replace("\0", "")
    return text.rstrip() if vr in _PARAGRAPHS else text.strip()


_text_again = lru_cache(maxsize=1024)(_text)


def _written(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _numbers(vr: str, value: bytes) -> str:
    """Binary numbers as text."""
    form = struct.Struct("<" + _BINARY[vr])
    whole = len(value) - len(value) % form.size
    return "\\".join(str(number) for (number,) in form.iter_unpack(value[:whole]))
