"""Implicit to explicit little endian and back (PS3.5 A.1, A.2), for a peer that takes one alone.

Only the headers of elements change: every value, bytes of pixels among them, stays as it is,
which a library that decodes and encodes each value again does not promise. A compressed data
set never comes here.
"""

from pydicom.datadict import dictionary_VR

from pacs_open.data_sets.elements import (
    DEEPEST_NESTING,
    ITEM,
    ITEM_DELIMITER,
    ITEM_GROUP,
    SEQUENCE_DELIMITER,
    UNDEFINED_LENGTH,
    MalformedDataSetError,
    after_sequence,
    element,
    header,
    read_elements,
    read_header,
)

_PIXEL_REPRESENTATION = 0x00280103
_SIGNED = b"\x01\x00"
_DICTIONARY = {"OB or OW": "OW", "US or OW": "OW", "US or SS or OW": "OW"}
"""Values that may have several VRs: what PS3.5 A.1 says they are in implicit little endian."""


def reencode(data: bytes, *, explicit: bool) -> bytes:
    """A data set in the other uncompressed transfer syntax; ``explicit`` is the wanted one.

    VRs that an implicit data set leaves open come from the data dictionary; private elements
    become UN (PS3.5 6.2.2). Sequences and items get a defined length; group lengths (retired)
    would be wrong and are left out. Memory: about three times the data set.

    Raises:
        MalformedDataSetError: the data set cannot be followed to its end.
    """
    signed = any(
        tag == _PIXEL_REPRESENTATION and value == _SIGNED
        for tag, _, value in read_elements(data, explicit=not explicit)
    )
    output, _ = _Reencoding(data, explicit, signed).elements(0, len(data), 0)
    return output


class _Reencoding:
    """One data set on its way; offsets are into its bytes."""

    def __init__(self, data: bytes, explicit: bool, signed: bool) -> None:  # noqa: FBT001 - private
        self._data = data
        self._explicit = explicit
        self._signed = signed

    def elements(self, at: int, end: int, depth: int) -> tuple[bytes, int]:
        """The elements up to ``end`` or a delimiter, and the offset behind them."""
        if depth > DEEPEST_NESTING:
            raise MalformedDataSetError("sequences are nested too deeply")
        parts = []
        while at < end:
            tag, found, length, size = self._header(at, explicit=not self._explicit)
            at += size
            if tag == ITEM_DELIMITER and depth:
                break
            if tag >> 16 == ITEM_GROUP:
                raise MalformedDataSetError("an item or a delimiter where none can be", tag)
            vr = self._vr(tag, found.decode("ascii"), length)
            if vr == "SQ":
                stop = end if length == UNDEFINED_LENGTH else at + length
                items, at = self._items(at, stop, depth)
                if length != UNDEFINED_LENGTH and at != stop:
                    raise MalformedDataSetError("a sequence has another length than it says", tag)
                part = element(tag, "SQ", items, explicit=self._explicit)
            elif length == UNDEFINED_LENGTH:
                begin, at = at, after_sequence(self._data, at, tag, explicit=False)
                part = header(tag, "UN", UNDEFINED_LENGTH, explicit=self._explicit)
                part += self._data[begin:at]  # implicit inside, whatever is outside (6.2.2)
            else:
                begin, at = at, at + length
                part = element(tag, vr, self._data[begin:at], explicit=self._explicit)
            if at > end:
                raise MalformedDataSetError("an element is longer than what holds it", tag)
            if tag & 0xFFFF:
                parts.append(part)
        return b"".join(parts), at

    def _items(self, at: int, end: int, depth: int) -> tuple[bytes, int]:
        """The items of a sequence up to ``end`` or its delimiter, and the offset behind it."""
        items = []
        while at < end:
            tag, _, length, size = self._header(at, explicit=False)
            at += size
            if tag == SEQUENCE_DELIMITER:
                break
            if tag != ITEM:
                raise MalformedDataSetError("a sequence holds something else than items", tag)
            stop = end if length == UNDEFINED_LENGTH else at + length
            item, at = self.elements(at, stop, depth + 1)
            if length != UNDEFINED_LENGTH and at != stop:
                raise MalformedDataSetError("an item has another length than it says", tag)
            items.append(header(ITEM, "", len(item), explicit=False) + item)
        return b"".join(items), at

    def _header(self, at: int, *, explicit: bool) -> tuple[int, bytes, int, int]:
        found = read_header(self._data, at, explicit=explicit)
        if found is None:
            raise MalformedDataSetError("the data set ends inside an element's header")
        return found

    def _vr(self, tag: int, found: str, length: int) -> str:
        """The VR of an element: as it stood, or from the dictionary if it was implicit."""
        if found:
            return found
        if tag >> 16 & 1:
            is_creator = 0x10 <= tag & 0xFFFF <= 0xFF  # noqa: PLR2004 - PS3.5 7.8.1
            return "LO" if is_creator and length != UNDEFINED_LENGTH else "UN"
        try:
            vr = dictionary_VR(tag)
        except KeyError:
            return "UN"
        if vr == "US or SS":
            return "SS" if self._signed else "US"
        return _DICTIONARY.get(vr, vr)
