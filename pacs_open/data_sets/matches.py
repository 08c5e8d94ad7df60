"""Matches of a C-FIND as identifier bytes (PS3.4 C.4.1.1.3.2): prepared once, filled row by row.

What does not change from match to match (tags, VRs, level, AE title) is encoded once for a
query, since encoding, not the search, is what limits the answers per second.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from struct import Struct, pack
from struct import error as struct_error

from pydicom.datadict import dictionary_VR, tag_for_keyword

from pacs_open.data_sets.elements import SHORT_VRS, element
from pacs_open.data_sets.identifiers import BINARY_FORMATS, REPERTOIRE_VRS, Identifier

_ALWAYS = ("QueryRetrieveLevel", "RetrieveAETitle", "InstanceAvailability")
_FITS_A_SHORT_LENGTH = 0xFFFE

Encode = Callable[[str], bytes]


class Matches:
    """Encodes the matches of one query.

    Returned are the keys that were asked for and are supported, whether they have a value or
    not; never a key that is not supported (PS3.4 C.2.2.1.3), and always the level, from where
    to retrieve, and that it can be had at once. Text is UTF-8, announced as ISO_IR 192 where
    a value goes beyond ASCII, else not announced at all.
    """

    def __init__(
        self, identifier: Identifier, returned: Iterable[str], ae_title: str, *, explicit: bool
    ) -> None:
        self.keywords = frozenset(identifier.keys).intersection(returned).difference(_ALWAYS)
        """What is needed of each row."""
        fixed = dict(zip(_ALWAYS, (identifier.level.value, ae_title, "ONLINE"), strict=True))
        encoders = {
            word: _encoder(word, explicit=explicit)
            for word in sorted({*self.keywords, *fixed}, key=_tag)
        }
        self._plan: list[tuple[str | None, Encode, bytes]] = [
            (None, encode, encode(fixed[word])) if word in fixed else (word, encode, b"")
            for word, encode in encoders.items()
        ]
        self._utf8 = element(0x00080005, "CS", b"ISO_IR 192", explicit=explicit)

    def encode(self, row: Mapping[str, str]) -> bytes:
        """The identifier of one match; ``row`` maps keywords to text, missing is empty."""
        parts = []
        is_ascii = True
        for keyword, encode, prepared in self._plan:
            if keyword is None:
                parts.append(prepared)
                continue
            text = row.get(keyword, "")
            is_ascii = is_ascii and text.isascii()
            parts.append(encode(text))
        body = b"".join(parts)
        return body if is_ascii else self._utf8 + body


@lru_cache(maxsize=1024)
def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        message = f"{keyword} is no keyword of PS3.6"
        raise ValueError(message)
    return tag


@lru_cache(maxsize=1024)
def _encoder(keyword: str, *, explicit: bool) -> Encode:
    """How the text of one attribute becomes an element."""
    tag = _tag(keyword)
    vr = dictionary_VR(tag)
    if vr in BINARY_FORMATS:
        number = Struct(BINARY_FORMATS[vr])
        return lambda text: element(tag, vr, _numbers(text, number), explicit=explicit)
    codec = "utf-8" if vr in REPERTOIRE_VRS else "ascii"
    if explicit and vr.encode() not in SHORT_VRS:
        return lambda text: element(tag, vr, text.encode(codec, "replace"), explicit=True)
    return _short_text_encoder(tag, vr, codec, explicit=explicit)


def _short_text_encoder(tag: int, vr: str, codec: str, *, explicit: bool) -> Encode:
    """The common case, without a call to :func:`element` for each value."""
    prefix = pack("<HH", tag >> 16, tag & 0xFFFF) + (vr.encode() if explicit else b"")
    length = Struct("<H" if explicit else "<L").pack
    padding = b"\0" if vr == "UI" else b" "

    def encode(text: str) -> bytes:
        value = text.encode(codec, "replace")
        if len(value) > _FITS_A_SHORT_LENGTH:
            return element(tag, vr, value, explicit=explicit)
        if len(value) % 2:
            value += padding
        return prefix + length(len(value)) + value

    return encode


def _numbers(text: str, number: Struct) -> bytes:
    """Bytes of a binary VR; a value that does not fit is left out rather than made up."""
    convert = float if number.format in {"<f", "<d"} else int
    try:
        return b"".join(number.pack(convert(part)) for part in text.split("\\") if part)
    except (ValueError, OverflowError, struct_error):
        return b""
