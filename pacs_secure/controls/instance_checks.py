"""An instance must be what it says it is.

Why it matters: an archive files an instance by a handful of identifiers. Where the command
says one thing and the data set another, where a UID is no UID, or where a study suddenly
belongs to a second patient, images end up under the wrong name: for a clinic that is worse
than losing them.

What it demands of each arriving instance (statuses of PS3.4 B.2.3 and PS3.7 Annex C):

* its SOP Instance UID obeys PS3.5 9.1 (numeric components without leading zeros, at most 64
  characters): else 0117H Invalid SOP Instance;
* SOP Class UID of the data set equals the command's: else A900H Data Set does not match SOP
  Class;
* SOP Instance UID of the data set equals the command's, Study and Series Instance UID obey
  PS3.5 9.1, all within the first 64 KiB: else C000H Cannot understand;
* a study that is archived already belongs to this Patient ID: else C000H.

What it cannot do: look into pixels or at the rest of the data set, or know which of two
Patient IDs is the right one. Merging patients is a task for people; the archive only refuses
to mix them.

How to set it: it has no settings; ``enabled = false`` in ``[controls.instance_checks]``
switches it off.
"""

import re
from typing import ClassVar

from pacs_open.control import Control
from pacs_open.refusals import DimseRefused
from pacs_open.values import LONGEST_UID, Head, Operation, Record

INVALID_SOP_INSTANCE = 0x0117
DOES_NOT_MATCH_SOP_CLASS = 0xA900
CANNOT_UNDERSTAND = 0xC000

_UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")


def is_uid(text: str) -> bool:
    """Whether a text obeys the UID construction rules of PS3.5 9.1."""
    return len(text) <= LONGEST_UID and _UID.fullmatch(text) is not None


class InstanceChecks(Control):
    """Identifiers must be well formed and agree with each other."""

    name: ClassVar[str] = "instance_checks"
    standard: ClassVar[tuple[str, ...]] = ("PS3.5 9.1", "PS3.4 B.2.3", "PS3.7 C.5")
    stops: ClassVar[tuple[str, ...]] = ("malformed_uid", "inconsistent_instance")

    def inspect(self, head: Head, operation: Operation) -> None:
        """Compare the data set's identifiers with the command's."""
        uid = operation.sop_instance_uid or ""
        if not is_uid(uid):
            why = "the SOP Instance UID is no UID"
            raise DimseRefused(why, INVALID_SOP_INSTANCE, "Invalid SOP Instance")
        if head.get("SOPClassUID") != operation.sop_class_uid:
            raise DimseRefused(
                f"SOP Class UID is {head.get('SOPClassUID')!r} in the data set",
                DOES_NOT_MATCH_SOP_CLASS,
                "Data set does not match SOP class",
            )
        if head.get("SOPInstanceUID") != uid:
            raise _not_understood("SOPInstanceUID", "differs between command and data set")
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID"):
            if not is_uid(head.get(keyword)):
                raise _not_understood(keyword, "is absent or no UID")

    def commit(self, record: Record, operation: Operation) -> None:
        """Keep a study with its patient."""
        known = record.known_patient_ids
        if known and record.head.get("PatientID") not in known:
            raise _not_understood("PatientID", "differs from the archived study's")


def _not_understood(keyword: str, fault: str) -> DimseRefused:
    """C000H with the element's name; no value, since the comment leaves the house."""
    return DimseRefused(f"{keyword} {fault}", CANNOT_UNDERSTAND, f"{keyword} {fault}")
