"""Identifiers of C-FIND, C-GET and C-MOVE requests: bytes in, Query out.

Their structure: PS3.4 C.4.1.1.3.1, C.4.2.1.4.1, C.4.3.1.3.1.
Relational queries are accepted without negotiation: unique keys of the levels above may be
missing. What makes no sense at all is refused with A900H and the element that is to blame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import iter_unpack

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from pacs_open.data_sets.character_sets import decode, encodings
from pacs_open.data_sets.elements import MalformedDataSetError, read_elements
from pacs_open.index.attributes import BY_KEYWORD, LEVELS, UNIQUE_KEYS
from pacs_open.refusals import DimseRefused
from pacs_open.values import Level, Model, Operation, Query

_SPECIFIC_CHARACTER_SET = 0x00080005
_QUERY_RETRIEVE_LEVEL = 0x00080052
_NOT_KEYS = frozenset(
    {"SpecificCharacterSet", "QueryRetrieveLevel", "QueryRetrieveView", "TimezoneOffsetFromUTC"}
)
"""Elements that say how to read the keys (PS3.4 C.4.1.1.3.1); never matched, never returned."""
NOT_STORED = frozenset({"RetrieveAETitle", "InstanceAvailability"})
"""What every response tells of the archive, not of the instance (PS3.4 C.4.1.1.3.2)."""
_MATCHED = frozenset(BY_KEYWORD) | {"ModalitiesInStudy", "SOPClassesInStudy"}
REPERTOIRE_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs that Specific Character Set reaches (PS3.5 6.1.2.3)."""
BINARY_FORMATS = {"US": "<H", "SS": "<h", "UL": "<L", "SL": "<l", "FL": "<f", "FD": "<d"}


@dataclass(frozen=True)
class Identifier:
    """What a peer asks for, still without knowing what the index can answer."""

    level: Level
    keys: Mapping[str, str]
    """Keyword to text, in the order of the tags; "" is universal matching."""
    has_foreign_keys: bool
    """Whether it also holds private attributes or sequences, which no archive here keeps."""


def refuse(why: str, comment: str, *keywords: str) -> DimseRefused:
    """A900H: the identifier does not match the SOP class (PS3.4 Table C.4-1, C.4-2)."""
    tags = tuple(tag for keyword in keywords if (tag := tag_for_keyword(keyword)) is not None)
    return DimseRefused(why, 0xA900, comment, tags)


def read_identifier(data: bytes, model: Model, *, explicit: bool) -> Identifier:
    """Read the identifier of a request.

    Raises:
        DimseRefused: C000H, it is no data set; A900H, its level is missing or not of the model.
    """
    try:
        elements = {tag: value for tag, _, value in read_elements(data, explicit=explicit)}
    except MalformedDataSetError as error:
        tags = () if error.tag is None else (error.tag,)
        raise DimseRefused(str(error), 0xC000, "Identifier cannot be read", tags) from error
    names = encodings(_text(elements.get(_SPECIFIC_CHARACTER_SET, b"")))
    level = _level(_text(elements.get(_QUERY_RETRIEVE_LEVEL, b"")), model)
    keys = {}
    foreign = False
    for tag in sorted(elements):
        if tag & 0xFFFF == 0:  # group length: says nothing, retired
            continue
        keyword, vr = _dictionary(tag)
        if not keyword or vr == "SQ":
            foreign = True
        elif keyword not in _NOT_KEYS:
            keys[keyword] = _decode(vr, elements[tag], names)
    return Identifier(level, keys, foreign)


def find_query(identifier: Identifier, operation: Operation, model: Model) -> Query:
    """The query of a C-FIND: every key that the index can match."""
    keys = {keyword: text for keyword, text in identifier.keys.items() if keyword in _MATCHED}
    return Query(operation, model, identifier.level, keys, _is_relational(identifier, model))


def has_unmatched_keys(identifier: Identifier) -> bool:
    """Whether a key has a value that the index cannot match: it is passed over (C.2.2.1.3)."""
    return identifier.has_foreign_keys or any(
        text and keyword not in _MATCHED and keyword not in NOT_STORED
        for keyword, text in identifier.keys.items()
    )


def retrieve_query(identifier: Identifier, operation: Operation, model: Model) -> Query:
    """The query of a C-GET or C-MOVE: unique keys alone (PS3.4 C.4.2.1.4.1).

    Other keys may not be there and are passed over, as they never widen what is sent.

    Raises:
        DimseRefused: A900H, it does not name what to send: no unique key of its level, a wild
            card, a list of patients, or a key of a level below.
    """
    keys = {}
    for level in LEVELS:
        keyword = UNIQUE_KEYS[level]
        text = identifier.keys.get(keyword, "")
        if text:
            keys[keyword] = text
            if LEVELS.index(level) > LEVELS.index(identifier.level):
                raise refuse(f"{keyword} below {identifier.level}", "Key below the level", keyword)
    own = UNIQUE_KEYS[identifier.level]
    if own not in keys:
        raise refuse(f"no {own} at {identifier.level}", "Unique key missing", own)
    if "\\" in keys.get("PatientID", ""):
        raise refuse("PatientID is no single value", "One Patient ID, please", "PatientID")
    for keyword, text in keys.items():
        if any(mark in text for mark in "*?"):
            raise refuse(f"{keyword} with a wild card", "No wild cards here, please", keyword)
    return Query(operation, model, identifier.level, keys, _is_relational(identifier, model))


@lru_cache(maxsize=1024)
def _dictionary(tag: int) -> tuple[str, str]:
    """Keyword and VR (PS3.6); "" for a tag that has none. Remembered: peers ask for the same."""
    keyword = keyword_for_tag(tag)
    return keyword, dictionary_VR(tag) if keyword else ""


def _level(text: str, model: Model) -> Level:
    if text not in LEVELS or (model is Model.STUDY_ROOT and text == Level.PATIENT):
        raise refuse(
            f"level {text!r} in {model}",
            "Query/Retrieve Level missing or wrong",
            "QueryRetrieveLevel",
        )
    return Level(text)


def _is_relational(identifier: Identifier, model: Model) -> bool:
    """Whether a level above lacks its single unique value (PS3.4 C.4.1.2.1)."""
    top = LEVELS.index(Level.PATIENT if model is Model.PATIENT_ROOT else Level.STUDY)
    above = LEVELS[top : LEVELS.index(identifier.level)]
    values = (identifier.keys.get(UNIQUE_KEYS[level], "") for level in above)
    return any(not value or any(mark in value for mark in "*?\\") for value in values)


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \0")


def _decode(vr: str, value: bytes, names: Sequence[str]) -> str:
    """Text of a key: without padding, values separated by backslashes."""
    if vr in BINARY_FORMATS:
        size = {"US": 2, "SS": 2, "FD": 8}.get(vr, 4)
        whole = value[: len(value) - len(value) % size]
        return "\\".join(str(number) for (number,) in iter_unpack(BINARY_FORMATS[vr], whole))
    text = decode(value, names, vr) if vr in REPERTOIRE_VRS else value.decode("latin-1")
    return "\\".join(part.strip(" \0") for part in text.split("\\"))
