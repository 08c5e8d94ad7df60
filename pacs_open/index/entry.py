"""An instance as the index keeps it: text by keyword, level by level."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

from pacs_open.index import matching
from pacs_open.index.attributes import BY_KEYWORD, BY_LEVEL, LOOKED_UP
from pacs_open.values import Level

_KEYWORDS = {level: tuple(a.keyword for a in BY_LEVEL[level]) for level in BY_LEVEL}
_VALUES = {level: itemgetter(*keywords) for level, keywords in _KEYWORDS.items()}
"""What takes the values of one level out of those of an instance, in the order of the level."""


@dataclass(frozen=True)
class Entry:
    """One instance, ready for the index.

    ``attributes`` maps every keyword of :mod:`pacs_open.index.attributes` to text.
    """

    attributes: Mapping[str, str]
    transfer_syntax: str
    digest: str
    size: int

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID."""
        return self.attributes["SOPInstanceUID"]

    @property
    def patient_key(self) -> str:
        """What tells patients apart; a study without Patient ID stands alone."""
        patient_id = self.attributes["PatientID"]
        if not patient_id:
            return "study " + self.attributes["StudyInstanceUID"]
        issuer = self.attributes["IssuerOfPatientID"]
        return matching.bounded(f"id {len(patient_id)} {patient_id} {issuer}")

    def values(self, level: Level) -> dict[str, str]:
        """The attributes of one level."""
        return dict(zip(_KEYWORDS[level], _VALUES[level](self.attributes), strict=True))

    def fingerprint(self, level: Level) -> str:
        """Changes when any attribute of a level does."""
        whole = "\x1f".join(_VALUES[level](self.attributes)).encode()
        return hashlib.blake2b(whole, digest_size=16).hexdigest()


def describe(
    elements: Mapping[str, str], sop_class_uid: str, sop_instance_uid: str
) -> dict[str, str]:
    """What the index keeps of a data set; the UIDs are those it was sent under."""
    found = dict.fromkeys(BY_KEYWORD, "")
    for keyword in BY_KEYWORD.keys() & elements.keys():
        vr, text = BY_KEYWORD[keyword].vr, elements[keyword]
        kept = matching.canonical(vr, text)[: matching.LONGEST]
        found[keyword] = matching.bounded(kept) if keyword in LOOKED_UP else kept
    return found | {"SOPClassUID": sop_class_uid, "SOPInstanceUID": sop_instance_uid}
