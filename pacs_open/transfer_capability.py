"""What the archive can do: SOP classes, roles and transfer syntaxes (PS3.15 H.1.1.4)."""

from collections.abc import Collection, Iterable
from typing import Final

from pynetdicom import AllStoragePresentationContexts

from pacs_open.values import Dimse, Model

VERIFICATION: Final = "1.2.840.10008.1.1"
STORAGE_COMMITMENT: Final = "1.2.840.10008.1.20.1"
"""Storage Commitment Push Model (PS3.4 J.3)."""

STORAGE: Final = frozenset(
    str(context.abstract_syntax) for context in AllStoragePresentationContexts
)
"""Every storage SOP class that pynetdicom knows (PS3.4 B.5)."""

QUERY_RETRIEVE: Final = {
    "1.2.840.10008.5.1.4.1.2.1.1": (Model.PATIENT_ROOT, Dimse.FIND),
    "1.2.840.10008.5.1.4.1.2.1.2": (Model.PATIENT_ROOT, Dimse.MOVE),
    "1.2.840.10008.5.1.4.1.2.1.3": (Model.PATIENT_ROOT, Dimse.GET),
    "1.2.840.10008.5.1.4.1.2.2.1": (Model.STUDY_ROOT, Dimse.FIND),
    "1.2.840.10008.5.1.4.1.2.2.2": (Model.STUDY_ROOT, Dimse.MOVE),
    "1.2.840.10008.5.1.4.1.2.2.3": (Model.STUDY_ROOT, Dimse.GET),
}
"""SOP class -> information model and service (PS3.4 C.6)."""

IMPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"

UNCOMPRESSED: Final = (EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN)
"""In the order we prefer them. Deflated (a decompression bomb costs its sender nothing) and
big endian (retired) are accepted nowhere."""

COMPRESSED: Final = frozenset(
    {f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91)}
    | {f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203)}
    | {f"1.2.840.10008.1.2.4.{number}" for number in range(100, 109)}
    | {f"1.2.840.10008.1.2.4.{number}.1" for number in range(100, 107)}
    | {"1.2.840.10008.1.2.5"}
)
"""JPEG, JPEG-LS, JPEG 2000, HTJ2K, MPEG and HEVC, RLE: stored as they come, never decoded."""


def service_of(sop_class_uid: str) -> Dimse | None:
    """The DIMSE service whose requests this abstract syntax carries; None if we have none."""
    if sop_class_uid == VERIFICATION:
        return Dimse.ECHO
    if sop_class_uid == STORAGE_COMMITMENT:
        return Dimse.COMMIT
    if sop_class_uid in QUERY_RETRIEVE:
        return QUERY_RETRIEVE[sop_class_uid][1]
    return Dimse.STORE if sop_class_uid in STORAGE else None


def preferred(sop_class_uid: str, proposed: Iterable[str]) -> tuple[str, ...]:
    """The proposed transfer syntaxes that we accept for this SOP class, best first.

    The requestor's first choice wins, so that what it has stored already (a compressed image,
    say) crosses the wire and the disk byte by byte as it is. Only between the uncompressed
    ones we choose, whatever their order: explicit little endian keeps the VRs of private
    elements, and is what most peers ask for when they retrieve.
    """
    accepted: Collection[str] = set(UNCOMPRESSED)
    if sop_class_uid in STORAGE:
        accepted = COMPRESSED | set(UNCOMPRESSED)
    usable = [syntax for syntax in dict.fromkeys(proposed) if syntax in accepted]
    ours = iter([syntax for syntax in UNCOMPRESSED if syntax in usable])
    return tuple(next(ours) if syntax in UNCOMPRESSED else syntax for syntax in usable)
