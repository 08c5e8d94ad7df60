"""What somebody on the wire has, made of what a tap recorded: values, no sockets.

The same conversation is plain to read, or wholly wrapped in TLS records. That no name was found
proves nothing by itself: it counts only where the conversation was served.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from lab.tap import CHARACTER_SETS, SHORTEST, Tap, spellings
from sample_images.manifest import Manifest

FIRST = 12
"""Bytes of the caller's first words that are shown."""
EXCERPT = 96
"""Bytes of the excerpt."""
BEFORE = 24
"""Bytes of it before the name, where one was read."""
RECORD_HEADER = 5
RECORD_TYPES = range(20, 25)
"""change_cipher_spec to heartbeat (RFC 8446 B.1, RFC 6520)."""
LONGEST_RECORD = 2**14 + 2048
"""Bytes; TLS 1.2 allows that much for its ciphers, TLS 1.3 less (RFC 5246 6.2.3)."""


class Spoken(StrEnum):
    """What the caller's first bytes are."""

    DICOM = "DICOM"
    """An A-ASSOCIATE-RQ in plain text (PS3.8 9.3.2)."""
    TLS = "TLS"
    """A handshake record (RFC 8446 5.1)."""
    OTHER = "other"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Overheard:
    """One conversation between an authorised peer and an archive, from the wire's point of view."""

    bytes_to: int
    """Said to the archive."""
    bytes_from: int
    """Said by the archive."""
    spoken: Spoken
    first: str
    """The caller's first bytes, in hexadecimal."""
    wrapped: bool
    """Whether every byte, both ways, lies in TLS records."""
    names_sought: int
    """Names of patients that were looked for, all of which the peer was to receive."""
    names_read: int
    """Those that could be read off the wire."""
    excerpt: str
    """What the archive said, as it looks; around a name where one could be read."""


def overheard(tap: Tap, names: Sequence[str]) -> Overheard:
    """Make sense of a recording; ``names`` are looked for in the usual character sets."""
    to, of = tap.recorded_to, tap.recorded_from
    sought = [name for name in names if spellings(name)]
    read = tap.finds(sought)
    return Overheard(
        bytes_to=len(to),
        bytes_from=len(of),
        spoken=what_begins(to),
        first=to[:FIRST].hex(" "),
        wrapped=is_wrapped(to) and is_wrapped(of),
        names_sought=len(sought),
        names_read=len(read),
        excerpt=_excerpt(of, read),
    )


def names_of(answer_key: Manifest) -> Sequence[str]:
    """Whom to look for."""
    return [patient.patient_name for patient in answer_key.patients]


def what_begins(said: bytes) -> Spoken:
    """Which protocol a caller's first bytes belong to."""
    if not said:
        return Spoken.NOTHING
    if said[:2] == b"\x01\x00":
        return Spoken.DICOM
    return Spoken.TLS if said[:2] == b"\x16\x03" else Spoken.OTHER


def is_wrapped(said: bytes) -> bool:
    """Whether there is nothing but TLS records; the last one may have been cut off."""
    place = 0
    while place + RECORD_HEADER <= len(said):
        kind, major, length = (
            said[place],
            said[place + 1],
            int.from_bytes(said[place + 3 : place + 5]),
        )
        if kind not in RECORD_TYPES or major != 3 or length > LONGEST_RECORD:  # noqa: PLR2004 - TLS is SSL 3
            return False
        place += RECORD_HEADER + length
    return bool(said)


def _excerpt(said: bytes, read: Sequence[str]) -> str:
    """A piece as it looks, a dot for all that is no letter; without a name one from the middle."""
    places = [place for name in read for place in _places(said, name)]
    start, character_set = min(places, default=(len(said) // 2, "ascii"))
    start = max(start - BEFORE, 0) if places else start
    seen = said[start : start + EXCERPT].decode(character_set, "replace")
    return "".join(one if one.isprintable() and one != "\ufffd" else "." for one in seen)


def _places(said: bytes, name: str) -> Iterator[tuple[int, str]]:
    """Where a name stands, and in which character set."""
    sought = set[bytes]()
    for group, character_set in product(name.split("="), CHARACTER_SETS):
        with suppress(UnicodeEncodeError):
            encoded = group.encode(character_set)
            if encoded in sought:
                continue  # most names are the same bytes in most character sets
            sought.add(encoded)
            place = said.find(encoded) if len(encoded) >= SHORTEST else -1
            if place >= 0:
                yield place, character_set
