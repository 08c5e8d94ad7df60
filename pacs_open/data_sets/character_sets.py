"""Text of data elements by Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1.2).

The tables are pydicom's; the decoding is ours because it must neither warn nor fail: text from
a peer that is not what it says is decoded with replacement characters.
"""

import re
from collections.abc import Sequence

from pydicom.charset import CODES_TO_ENCODINGS, default_encoding, python_encoding

ESCAPE = b"\x1b"
_FRAGMENT = re.compile(rb"\x1b[^\x1b]*|[^\x1b]+")
_FOUR_BYTES = (b"\x1b$(", b"\x1b$)")
_DELIMITERS = {"PN": re.compile(rb"[\\^=\r\n\t\f]")}
_USUAL_DELIMITERS = re.compile(rb"[\\\r\n\t\f]")
_STATEFUL = frozenset({"iso2022_jp", "iso2022_jp_2"})
"""Codecs that read the escape sequence themselves, delimiters included."""


def encodings(specific_character_set: str) -> tuple[str, ...]:
    """Python's names for the terms of (0008,0005); an unknown term is the default repertoire."""
    terms = [term.strip() for term in specific_character_set.split("\\")]
    return tuple(python_encoding.get(term, default_encoding) for term in terms)


def decode(value: bytes, names: Sequence[str], vr: str) -> str:
    """Decode the value of an SH, LO, ST, LT, PN, UC or UT element."""
    if ESCAPE not in value:
        return _plain(value, names[0])
    delimiters = _DELIMITERS.get(vr, _USUAL_DELIMITERS)
    return "".join(_fragment(part, names, delimiters) for part in _FRAGMENT.findall(value))


def _plain(value: bytes, name: str) -> str:
    """Bytes beyond ASCII in the default repertoire are wrong and common: UTF-8, else Latin-1.

    Latin-1 that is UTF-8 by chance is rare enough to tell them apart. ASCII is ASCII in every
    repertoire, and read twenty times as fast as such.
    """
    if value.isascii():
        return value.decode("ascii")
    if name == default_encoding:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")
    return value.decode(name, "replace")


def _fragment(part: bytes, names: Sequence[str], delimiters: re.Pattern[bytes]) -> str:
    if not part.startswith(ESCAPE):
        return _plain(part, names[0])
    length = 4 if part.startswith(_FOUR_BYTES) else 3
    name = CODES_TO_ENCODINGS.get(part[:length])
    if name is None:
        return part.decode(names[0], "replace")
    if name in _STATEFUL:
        return part.decode(name, "replace")
    # Code extensions end at a delimiter (PS3.5 6.1.2.5.3).
    part = part[length:]
    found = delimiters.search(part)
    until = found.start() if found else len(part)
    return part[:until].decode(name, "replace") + part[until:].decode(names[0], "replace")
