"""Whether an arriving data set can be followed to its end, without keeping any of it.

A peer that breaks off, or a modality with a faulty encoder, sends elements that reach beyond
the end. Such a data set must not be stored: nobody could read it back. The walk looks at the
headers of elements alone; values are stepped over (PS3.5 7.1, 7.5, A.4).
"""

from pacs_open.data_sets.elements import (
    DEEPEST_NESTING,
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

_LONGEST_HEADER = 12
_FIRST_GROUP = 0x0008
"""Lower groups are commands and file meta information, never part of a data set (PS3.5 7.1)."""


class Walk:
    """One data set, fed in pieces of any size as they come from the wire.

    Memory: the last few bytes of a piece, and one entry for each open sequence or item of
    undefined length (values of defined length are stepped over, sequences among them).
    """

    def __init__(self, *, explicit: bool) -> None:
        self._explicit = explicit
        self._step = 0
        self._rest = b""
        self._open: list[tuple[bool, bool]] = []
        """For each open sequence (False) or item (True): explicit VR outside of it."""

    def feed(self, data: bytes | memoryview) -> None:
        """Follow the elements through the next bytes.

        Raises:
            MalformedDataSetError: what should be an element is none.
        """
        if self._step >= len(data):
            self._step -= len(data)
            return
        at, self._step = self._step, 0
        if self._rest:
            at = self._across(data)
        while at < len(data):
            if self._explicit and not self._open:
                at = _after_usual_elements(data, at)
                if at >= len(data):
                    break
            header = read_header(data, at, explicit=self._explicit)
            if header is None:
                self._rest = bytes(data[at:])
                return
            at += header[3] + self._enter(header[0], header[1], header[2])
        self._step = at - len(data)

    def close(self) -> None:
        """The data set has ended.

        Raises:
            MalformedDataSetError: it ended inside an element or an open sequence.
        """
        if self._step or self._rest:
            raise MalformedDataSetError("the data set ends inside an element")
        if self._open:
            raise MalformedDataSetError("the data set ends inside a sequence")

    def _across(self, data: bytes | memoryview) -> int:
        """Read the header that began in the last piece; the offset in this one behind it."""
        kept = len(self._rest)
        joined = self._rest + bytes(data[: _LONGEST_HEADER - kept])
        header = read_header(joined, 0, explicit=self._explicit)
        if header is None:
            self._rest = joined
            return len(data)
        self._rest = b""
        return header[3] - kept + self._enter(header[0], header[1], header[2])

    def _enter(self, tag: int, vr: bytes, length: int) -> int:
        """Bytes of this element to step over; opens and closes what has no length of its own."""
        if tag >> 16 == ITEM_GROUP:
            return self._item(tag, length)
        if self._open and not self._open[-1][1]:
            raise MalformedDataSetError("a sequence holds something else than items", tag)
        if tag >> 16 < _FIRST_GROUP:
            raise MalformedDataSetError("a group below 0008 is no part of a data set", tag)
        if length != UNDEFINED_LENGTH:
            return length
        self._push(tag, in_item=False)
        if vr == b"UN":
            self._explicit = False  # PS3.5 6.2.2: such a sequence is implicit VR inside
        return 0

    def _item(self, tag: int, length: int) -> int:
        in_item = self._open[-1][1] if self._open else None
        if tag == ITEM and in_item is False:
            if length != UNDEFINED_LENGTH:
                return length
            self._push(tag, in_item=True)
            return 0
        if (tag, in_item) in {(ITEM_DELIMITER, True), (SEQUENCE_DELIMITER, False)} and not length:
            self._explicit = self._open.pop()[0]
            return 0
        raise MalformedDataSetError("an item or a delimiter stands where none may be", tag)

    def _push(self, tag: int, *, in_item: bool) -> None:
        if len(self._open) >= 2 * DEEPEST_NESTING:
            raise MalformedDataSetError("sequences are nested too deeply", tag)
        self._open.append((self._explicit, in_item))


def _after_usual_elements(data: bytes | memoryview, at: int) -> int:
    """Offset behind elements with a short explicit VR, as far as their headers are here.

    Nearly all elements are such, and their loop is tight because every store waits for it.
    """
    last = len(data) - SHORT_HEADER.size
    while at <= last:
        group, _, vr, length = SHORT_HEADER.unpack_from(data, at)
        if vr not in SHORT_VRS or not _FIRST_GROUP <= group < ITEM_GROUP:
            break
        at += SHORT_HEADER.size + length
    return at
