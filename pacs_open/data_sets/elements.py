"""Data elements as bytes, little endian (PS3.5 7.1): headers, values, their padding.

Reading never goes beyond the buffer and never recurses without a bound.
"""

from collections.abc import Iterable, Iterator
from struct import Struct

from pacs_open.errors import PacsError

UNDEFINED_LENGTH = 0xFFFFFFFF
ITEM_GROUP = 0xFFFE
ITEM = 0xFFFEE000
ITEM_DELIMITER = 0xFFFEE00D
SEQUENCE_DELIMITER = 0xFFFEE0DD
DEEPEST_NESTING = 64
"""Levels of sequences that we follow: the deepest real ones (SR documents) stay below 20."""

_SHORT_VR_NAMES = (
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN"),
    *("SH", "SL", "SS", "ST", "TM", "UI", "UL", "US"),
)
SHORT_VRS = frozenset(name.encode() for name in _SHORT_VR_NAMES)
"""Explicit VRs with a 16-bit length (PS3.5 Table 7.1-2); all others have 32 bits (Table 7.1-1)."""

SHORT_HEADER = Struct("<HH2sH")
"""Group, element, VR and length of an element whose explicit VR is one of these."""
_LONG = Struct("<HH2sHL")
_IMPLICIT = Struct("<HHL")
_LENGTH = Struct("<L")
_LONGEST_SHORT_VALUE = 0xFFFE
_NUL_PADDED = frozenset({"UI", "OB", "UN"})


def pad(vr: str, value: bytes) -> bytes:
    """Make the length even: NUL after UIDs and bytes, a space after text (PS3.5 6.2)."""
    if len(value) % 2:
        value += b"\0" if vr in _NUL_PADDED else b" "
    return value


def header(tag: int, vr: str, length: int, *, explicit: bool) -> bytes:
    """The header of one element; items and delimiters are written as in implicit VR."""
    group, number = tag >> 16, tag & 0xFFFF
    if not explicit:
        return _IMPLICIT.pack(group, number, length)
    if vr.encode() in SHORT_VRS:
        return SHORT_HEADER.pack(group, number, vr.encode(), length)
    return _LONG.pack(group, number, vr.encode(), 0, length)


def element(tag: int, vr: str, value: bytes, *, explicit: bool) -> bytes:
    """One whole element with an even length; a value too long for its VR becomes UN (6.2.2)."""
    value = pad(vr, value)
    if explicit and vr.encode() in SHORT_VRS and len(value) > _LONGEST_SHORT_VALUE:
        vr = "UN"
    return header(tag, vr, len(value), explicit=explicit) + value


class MalformedDataSetError(PacsError):
    """A data set whose elements cannot be followed to its end; ``tag`` is where, if known."""

    def __init__(self, message: str, tag: int | None = None) -> None:
        super().__init__(message)
        self.tag = tag


Header = tuple[int, bytes, int, int]
"""Tag, VR (empty where the encoding names none), length of the value, bytes of the header."""


def read_header(data: bytes | bytearray | memoryview, at: int, *, explicit: bool) -> Header | None:
    """The header at an offset; None if the buffer ends inside it.

    Raises:
        MalformedDataSetError: an explicit VR is no pair of capital letters.
    """
    if len(data) - at < 8:  # noqa: PLR2004 - the shortest header
        return None
    group, number, vr, short = SHORT_HEADER.unpack_from(data, at)
    tag = group << 16 | number
    if not explicit or group == ITEM_GROUP:  # items and delimiters have no VR
        return tag, b"", _LENGTH.unpack_from(data, at + 4)[0], 8
    if vr in SHORT_VRS:
        return tag, vr, short, 8
    if not (vr.isalpha() and vr.isupper()):
        raise MalformedDataSetError("an explicit VR is no pair of capital letters", tag)
    if len(data) - at < 12:  # noqa: PLR2004 - the long header
        return None
    return tag, vr, _LENGTH.unpack_from(data, at + 8)[0], 12


def read_elements(data: bytes, *, explicit: bool) -> Iterator[tuple[int, str, bytes]]:
    """Each element of a data set held in memory: tag, VR ("" in implicit), bytes of its value.

    The value of a sequence of undefined length comes as its items with their delimiters.

    Raises:
        MalformedDataSetError: an element reaches beyond the end, or is none.
    """
    at = 0
    while at < len(data):
        header = read_header(data, at, explicit=explicit)
        if header is None:
            raise MalformedDataSetError("the data set ends inside an element's header")
        tag, vr, length, size = header
        if tag >> 16 == ITEM_GROUP:
            raise MalformedDataSetError("an item or a delimiter where none can be", tag)
        begin = at + size
        if length == UNDEFINED_LENGTH:
            at = after_sequence(data, begin, tag, explicit=explicit and vr != b"UN")
        else:
            at = begin + length
        if at > len(data):
            raise MalformedDataSetError("an element is longer than what is left", tag)
        yield tag, vr.decode("ascii"), data[begin:at]


def read_items(value: bytes, *, explicit: bool) -> Iterator[bytes]:
    """Each item of a sequence's value, as the bytes of its elements (PS3.5 7.5).

    Raises:
        MalformedDataSetError: it holds something else, or an item has no end.
    """
    at = 0
    while at < len(value):
        header = read_header(value, at, explicit=explicit)
        if header is None:
            raise MalformedDataSetError("a sequence ends inside an item's header")
        tag, _, length, size = header
        at += size
        if tag == SEQUENCE_DELIMITER:
            return
        if tag != ITEM:
            raise MalformedDataSetError("a sequence holds something else than items", tag)
        begin, end = at, at + length
        if length == UNDEFINED_LENGTH:
            at = _after_item(value, begin, explicit=explicit)
            end = at - size
        else:
            at = end
        if at > len(value):
            raise MalformedDataSetError("an item is longer than what is left", tag)
        yield value[begin:end]


def _after_item(data: bytes, at: int, *, explicit: bool) -> int:
    """Offset behind the delimiter of an item of undefined length (PS3.5 7.5.1)."""
    while header := read_header(data, at, explicit=explicit):
        inner, vr, length, size = header
        at += size
        if inner == ITEM_DELIMITER:
            return at
        if length == UNDEFINED_LENGTH:
            at = after_sequence(data, at, inner, explicit=explicit and vr != b"UN")
        else:
            at += length
    raise MalformedDataSetError("an item has no end", ITEM)


def sequence(tag: int, items: Iterable[bytes], *, explicit: bool) -> bytes:
    """A sequence of items, each given as the bytes of its elements; all lengths are defined."""
    body = b"".join(header(ITEM, "", len(item), explicit=False) + item for item in items)
    return header(tag, "SQ", len(body), explicit=explicit) + body


def after_sequence(data: bytes, at: int, tag: int, *, explicit: bool, depth: int = 1) -> int:
    """Offset behind the delimiter of a sequence of undefined length (PS3.5 7.5.2)."""
    if depth > DEEPEST_NESTING:
        raise MalformedDataSetError("sequences are nested too deeply", tag)
    in_item = False
    while header := read_header(data, at, explicit=explicit):
        inner, vr, length, size = header
        at += size
        if inner == SEQUENCE_DELIMITER and not in_item:
            return at
        if inner == ITEM_DELIMITER:
            in_item = False
        elif not in_item and inner != ITEM:
            raise MalformedDataSetError("a sequence holds something else than items", tag)
        elif inner == ITEM and length == UNDEFINED_LENGTH:
            in_item = True
        elif length == UNDEFINED_LENGTH:
            named = explicit and vr != b"UN"
            at = after_sequence(data, at, inner, explicit=named, depth=depth + 1)
        else:
            at += length
    raise MalformedDataSetError("a sequence has no end", tag)
