"""Attribute matching of C-FIND (PS3.4 C.2.2.2): what a key demands, as plain values.

Pure: text in, conditions out. :mod:`pacs_open.index.search` puts them to the index.

Each condition is a list of alternatives; None is universal matching. Times of less precision
stand for the whole interval: the key ``10`` and the key ``10-10`` both match 10:59:59.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum

from pacs_open.index import person_name
from pacs_open.refusals import DimseRefused

LONGEST = 10_240
"""Characters of the longest VR that is matched (LT); no longer pattern can match anything."""
MAXIMUM_LIST = 10_000
"""Values of a list; one instance list of a large study has a few thousand."""
MAXIMUM_PATTERNS = 500
"""Values of a list of names, wild cards or ranges: each is a condition of its own, and SQLite
takes a thousand in one statement."""

LONGEST_LOOKED_UP = 256
"""Characters of a value that is looked up; the Standard allows 64 (PS3.5 6.2), and PostgreSQL
puts no more than 2700 bytes in order."""

_UNSPLIT = frozenset({"LT", "ST", "UT", "UR"})
"""VRs in which a backslash is a character (PS3.5 6.2)."""
_WILD = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs with wild card matching (PS3.4 C.2.2.2.4)."""
_FORMS = {
    "DA": r"\d{8}",
    "TM": r"\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?",
    "DT": r"\d{4}(?:\d{2}){0,5}(?:(?<=\d{14})\.\d{1,6})?",
}
_OFFSET = r"(?:[+-](?:0\d|1[0-4])[0-5]\d)?"
_MOMENTS = {vr: re.compile(form + (_OFFSET if vr == "DT" else "")) for vr, form in _FORMS.items()}
_RANGES = {
    vr: re.compile(rf"(?P<low>{moment.pattern})?\s*-\s*(?P<high>{moment.pattern})?")
    for vr, moment in _MOMENTS.items()
}
_OLD_DATE = re.compile(r"\d{4}\.\d{2}\.\d{2}")
_OLD_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
_AFTER_DIGITS = "~"
_MOST_CARETS = 4
"""Between the five components of a name (PS3.5 6.2.1.2)."""


class Wildcard(Enum):
    """What is not literal in a pattern."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True)
class Exact:
    """Equal to one of these."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Wild:
    """Literal text and wild cards in turn."""

    tokens: tuple[str | Wildcard, ...]

    @property
    def prefix(self) -> str:
        """Literal text at the start."""
        return self.tokens[0] if self.tokens and isinstance(self.tokens[0], str) else ""


@dataclass(frozen=True)
class Span:
    """Not empty, and between two texts, both included."""

    low: str
    high: str


Alternative = Exact | Wild | Span
Alternatives = tuple[Alternative, ...]


@dataclass(frozen=True)
class NameKey:
    """One person name: every group that is given must match.

    ``groups``: number of the component group, 1 to 3, or 0 for any, and its alternatives.
    """

    groups: tuple[tuple[int, Alternatives], ...]


def canonical(vr: str, text: str) -> str:
    """Text as the index keeps it: the retired forms of dates and times, ``007``, put right."""
    if vr == "DA" and _OLD_DATE.fullmatch(text):
        return text.replace(".", "")
    if vr == "TM" and _OLD_TIME.fullmatch(text):
        return text.replace(":", "")
    if vr == "IS" and _INTEGER.fullmatch(text):
        return str(int(text))
    return text


def bounded(text: str) -> str:
    """A value that is looked up: whole, or its start and a digest of it, no two being the same."""
    if len(text) <= LONGEST_LOOKED_UP:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"{text[: LONGEST_LOOKED_UP - len(digest) - 1]} {digest}"


def looked_up(alternatives: Alternatives) -> Alternatives:
    """Alternatives for values that are kept :func:`bounded`."""
    return tuple(
        Exact(tuple(map(bounded, one.values))) if isinstance(one, Exact) else one
        for one in alternatives
    )


def parse(vr: str, text: str) -> Alternatives | None:
    """What a key of any VR but PN demands; None: universal matching (C.2.2.2.3)."""
    values = _values(vr, text)
    if not values:
        return None
    if vr in _MOMENTS:
        found = [_moment(vr, _old_forms(vr, value)) for value in _few(values)]
    elif vr in _WILD and any(c in text for c in "*?"):
        found = [_pattern(value) for value in _few(values)]
    else:
        return (Exact(tuple(canonical(vr, value) for value in values)),)
    return None if None in found else tuple(one for one in found if one is not None)


def parse_name(text: str) -> tuple[NameKey, ...] | None:
    """What a PN key demands, one of several; None: universal matching."""
    keys = []
    for value in _few(_values("PN", text)):
        if len(value) > LONGEST:  # before anything is folded: no name can be like it
            keys.append(NameKey(((0, (Exact(()),)),)))
            continue
        groups = person_name.groups(value)
        numbers = (0,) if len(groups) == 1 else (1, 2, 3)
        parts = [(n, _name_group(group)) for n, group in zip(numbers, groups, strict=False)]
        wanted = tuple((n, alternatives) for n, alternatives in parts if alternatives is not None)
        if not wanted:
            return None
        keys.append(NameKey(wanted))
    return tuple(keys) or None


def terms(vr: str, text: str) -> list[tuple[int, str]]:
    """The values of an attribute one by one, as they are matched: component group and text."""
    found = []
    for value in text[:LONGEST].split("\\"):
        if vr == "PN":
            for number, group in enumerate(person_name.groups(value), start=1):
                found.append((number, person_name.fold(group)))
        else:
            found.append((0, value.strip()))
    return sorted({(number, bounded(term)) for number, term in found if term})


def _values(vr: str, text: str) -> list[str]:
    if vr in _UNSPLIT:
        values = [text.rstrip()]
    else:
        values = [value.strip(" \0") for value in text.split("\\")]
    values = [value for value in values if value]
    return _few(values, MAXIMUM_LIST)


def _few(values: list[str], limit: int = MAXIMUM_PATTERNS) -> list[str]:
    """The values, or A700H if they are too many."""
    if len(values) > limit:
        raise DimseRefused(f"a key lists {len(values)} values", 0xA700, "Too many values in a key")
    return values


def _name_group(group: str) -> Alternatives | None:
    """Alternatives for one component group; None: universal.

    ``Muller^*`` means ``Muller^^^^`` as well, which is kept without its trailing carets.
    """
    if not group:
        return None
    spellings = [group]
    while spellings[-1].endswith("^*") and len(spellings) <= _MOST_CARETS:
        shorter = spellings[-1].removesuffix("^*").rstrip("^ ")
        if not shorter:
            break
        spellings.append(shorter)
    alternatives = [_pattern(spelling, folded=True) for spelling in spellings]
    if None in alternatives:
        return None
    return tuple(one for one in alternatives if one is not None)


def _pattern(text: str, *, folded: bool = False) -> Alternative | None:
    """Tell literal text from wild cards; None: ``*`` alone matches everything."""
    tokens: list[str | Wildcard] = []
    for piece in re.findall(r"[*?]+|[^*?]+", text[: LONGEST + 1]):
        if piece[0] in "*?":  # ?*?* is ??*
            tokens += [Wildcard.ONE] * piece.count("?") + [Wildcard.ANY] * ("*" in piece)
        else:
            tokens.append(person_name.fold(piece) if folded else piece)
    if len(text) > LONGEST:
        return Exact(())
    if tokens == [Wildcard.ANY]:
        return None
    if all(isinstance(token, str) for token in tokens):
        return Exact(("".join(token for token in tokens if isinstance(token, str)),))
    return Wild(tuple(tokens))


def _old_forms(vr: str, value: str) -> str:
    """Retired forms in a key, in a range too."""
    return value.replace(".", "") if vr == "DA" else value.replace(":", "")


def _moment(vr: str, value: str) -> Alternative | None:
    """One value or a range of DA, TM or DT (C.2.2.2.5); what is neither matches nothing."""
    if _MOMENTS[vr].fullmatch(value):
        return Exact((value,)) if vr == "DA" else Span(_earliest(vr, value), _latest(value))
    found = _RANGES[vr].fullmatch(value)
    if found is None:
        return Exact(())
    low, high = found["low"], found["high"]
    if low is None and high is None:
        return None
    return Span(_earliest(vr, low) if low else "0", _latest(high) if high else _AFTER_DIGITS)


def _without_offset(value: str) -> str:
    # Offsets from UTC would need the archive's own for all values without one; the
    # timezone adjustment of PS3.4 C.5 is not negotiated, so local times are compared.
    return re.split(r"[+-]", value, maxsplit=1)[0]


def _earliest(vr: str, value: str) -> str:
    """The shortest text for the start of an interval: all texts of it sort at or behind."""
    whole, _, fraction = _without_offset(value).partition(".")
    fraction = fraction.rstrip("0")
    if fraction:
        return f"{whole}.{fraction}"
    date, start = (len("YYYYMMDD"), len("YYYY")) if vr == "DT" else (len("HH"), len("HH"))
    while len(whole) > date and whole.endswith("00"):
        whole = whole[:-2]
    while start < len(whole) <= date and whole.endswith("01"):
        whole = whole[:-2]
    return whole


def _latest(value: str) -> str:
    """A text behind all texts of an interval, and before the next one's."""
    return _without_offset(value) + _AFTER_DIGITS
