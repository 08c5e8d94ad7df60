"""The first elements of a data set, read as it arrives (PS3.5 7): sans I/O, bounded.

Bytes come in pieces of any size; the scanner reads the elements of the top level, passes over
sequences, and stops at the pixels, at 64 KiB, or where it cannot understand.
"""

import struct
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR

from pacs_open.data_sets import character_sets
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
UNDEFINED = 0xFFFFFFFF
_DELIMITERS, _FIRST_GROUP = 0xFFFE, 0x0008

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG_FORMS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_SHORT_FORMS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO"}
    | {b"LT", b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)
_TEXT = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_ASCII = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
_BINARY = {
    "US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q",
}  # fmt: skip
_READABLE = _TEXT | _ASCII | frozenset(_BINARY)
_PARAGRAPHS = frozenset({"LT", "ST", "UT"})


class _NeedMoreError(Exception):
    """The element at hand has not come whole."""


@lru_cache(maxsize=4096)
def _known(tag: int) -> tuple[str, str]:
    """Keyword and VR of a tag in PS3.6; nothing for others."""
    if not dictionary_has_tag(tag):
        return "", "UN"
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

    def _take(self, form: str, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(form, self._buffer, offset)
        except struct.error:
            raise _NeedMoreError from None

    def _element(self) -> None:
        start = self._position
        group, number = self._take("<HH", start)
        tag = group << 16 | number
        if group == _DELIMITERS:
            self._delimiter(tag, start)
            return
        vr, length, value = self._vr_and_length(tag, start + 4)
        if self.stopped:
            return
        if self._closers:
            self._skip(tag, vr, length, value)
            return
        if tag <= self._last or group < _FIRST_GROUP:
            self._stop(f"element ({group:04X},{number:04X}) is out of order")
            return
        if tag > LAST_TAG:
            if length != UNDEFINED:
                self.reaches = value + length
            self._last = tag
            self._stop()
            return
        self._top_level(tag, vr, length, value)

    def _vr_and_length(self, tag: int, offset: int) -> tuple[str, int, int]:
        """VR, value length and where the value starts (PS3.5 7.1.2, 7.1.3)."""
        if self._implicit or self._implicit_since is not None:
            (length,) = self._take("<I", offset)
            return _known(tag)[1], length, offset + 4
        vr = bytes(self._buffer[offset : offset + 2])
        if vr in _SHORT_FORMS:
            (length,) = self._take("<H", offset + 2)
            return vr.decode(), length, offset + 4
        if vr[1:] and vr not in _LONG_FORMS and not (vr.isalpha() and vr.isupper()):
            self._stop(f"element ({tag >> 16:04X},{tag & 0xFFFF:04X}) has no VR")
            return "", 0, 0
        (length,) = self._take("<I", offset + 4)
        return vr.decode(), length, offset + 8

    def _delimiter(self, tag: int, start: int) -> None:
        """An item, or the end of one, inside a sequence of undefined length (PS3.5 7.5)."""
        (length,) = self._take("<I", start + 4)
        expected = self._closers[-1] if self._closers else None
        if tag == _ITEM and expected == _SEQUENCE_END:
            if length == UNDEFINED:
                self._open(_ITEM_END, start + 8)
            else:
                self._move(start + 8 + length)
        elif tag == expected and length == 0:
            self._closers.pop()
            if self._implicit_since is not None and len(self._closers) < self._implicit_since:
                self._implicit_since = None
            self._position = start + 8
        else:
            self._stop(f"delimiter (FFFE,{tag & 0xFFFF:04X}) where none can be")

    def _open(self, closer: int, position: int) -> None:
        if len(self._closers) >= 2 * DEEPEST:
            self._stop("sequences are nested too deeply")
            return
        self._closers.append(closer)
        self._position = position

    def _skip(self, tag: int, vr: str, length: int, value: int) -> None:
        """Pass over an element that is not read."""
        if length != UNDEFINED:
            self._move(value + length)
        elif vr not in {"SQ", "UN"} and not self._implicit:
            self._stop(f"element ({tag >> 16:04X},{tag & 0xFFFF:04X}) has no length")
        else:
            self._open(_SEQUENCE_END, value)
            if vr == "UN" and not self._implicit and self._implicit_since is None:
                self._implicit_since = len(self._closers)  # PS3.5 6.2.2, note 5

    def _move(self, position: int) -> None:
        """Go on at a position that may not have come yet."""
        self.reaches = max(self.reaches, position)
        if position > LIMIT:
            self._stop()
        self._position = position

    def _top_level(self, tag: int, vr: str, length: int, value: int) -> None:
        keyword, usual = _known(tag)
        if vr == "UN":
            vr = usual
        kept = keyword and (tag <= SERIES_INSTANCE_UID or tag in attributes.TAGS)
        if kept and vr in _READABLE and length <= LONGEST_VALUE:
            if value + length > len(self._buffer):
                self.reaches = max(self.reaches, value + length)
                raise _NeedMoreError
            self._keep(keyword, vr, bytes(self._buffer[value : value + length]))
        self._last = tag
        self._skip(tag, vr, length, value)

    def _keep(self, keyword: str, vr: str, value: bytes) -> None:
        if vr in _TEXT:
            text = character_sets.decode(value, self._encodings, vr)
        elif vr in _ASCII:
            text = value.decode("latin-1")
        else:
            text = _numbers(vr, value)
        text = text.replace("\0", "")
        self.elements[keyword] = text.rstrip() if vr in _PARAGRAPHS else text.strip()
        if keyword == "SpecificCharacterSet":
            self._encodings = character_sets.encodings(text)


def _numbers(vr: str, value: bytes) -> str:
    """Binary numbers as text."""
    form = struct.Struct("<" + _BINARY[vr])
    whole = len(value) - len(value) % form.size
    return "\\".join(str(number) for (number,) in form.iter_unpack(value[:whole]))
