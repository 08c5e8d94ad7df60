"""Specific Character Set (0008,0005): bytes of a data element to text (PS3.3 C.12.1.1.2).

Decoding never fails and never warns: what a set cannot say becomes U+FFFD. Encoding is not
needed here, as the archive answers in ISO_IR 192 (UTF-8) alone.
"""

import re
from functools import lru_cache

from pydicom.charset import CODES_TO_ENCODINGS, default_encoding, python_encoding

ESC = b"\x1b"
_FRAGMENTS = re.compile(rb"\x1b?[^\x1b]*")
_FOUR_BYTE_ESCAPES = (b"\x1b$(", b"\x1b$)")
_STATEFUL = frozenset({"iso2022_jp", "iso2022_jp_2"})
"""Python's codecs for these read the escape sequence themselves."""
_RESETS = re.compile(rb"[\\^=\r\n\f\t]")
"""Delimiters that switch back to the first set (PS3.5 6.1.2.5.3)."""


class CharacterSets:
    """The sets that one data set announces, first one first.

    Only terms that the Standard defines are looked up: handing a peer's word to Python's own
    registry of codecs would offer it punycode and the like.
    """

    def __init__(self, terms: tuple[str, ...] = ()) -> None:
        named = [python_encoding.get(term.strip()) for term in terms if term.strip()]
        self._first = named[0] if named and named[0] != default_encoding else None
        self.unknown = any(name is None for name in named)
        """Whether a term is none of the Standard's: decoded like the default repertoire."""

    def decode(self, value: bytes) -> str:
        """Text of one element's value; wrong bytes become U+FFFD."""
        if ESC in value:
            return "".join(self._fragment(part) for part in _FRAGMENTS.findall(value))
        if value.isascii() and self._first != "shift_jis":
            return value.decode("ascii")
        return self._plain(value)

    def _plain(self, value: bytes) -> str:
        if self._first is not None:
            return value.decode(self._first, errors="replace")
        # Bytes beyond ASCII without a (known) set are against the Standard, and common: UTF-8
        # that is no UTF-8 is rare enough to tell it from Latin-1.
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")

    def _fragment(self, part: bytes) -> str:
        """One stretch of a value with code extensions (PS3.5 6.1.2.5), from its escape on."""
        if not part.startswith(ESC):
            return self._plain(part)
        length = 4 if part.startswith(_FOUR_BYTE_ESCAPES) else 3
        encoding = CODES_TO_ENCODINGS.get(part[:length])
        if encoding is None:
            return "\ufffd" + self._plain(part[1:])
        if encoding in _STATEFUL:
            return part.decode(encoding, errors="replace")
        reset = _RESETS.search(part, length)
        end = reset.start() if reset else len(part)
        return part[length:end].decode(encoding, errors="replace") + self._plain(part[end:])


@lru_cache(maxsize=64)
def character_sets(announced: str) -> CharacterSets:
    """For the value of Specific Character Set as it stood on the wire ("" if absent)."""
    return CharacterSets(tuple(announced.split("\\")))
