"""Writes data sets element by element, without a library that would refuse wrong ones."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from sample_images.uids import uid

CLASS = str(SecondaryCaptureImageStorage)
_LONG = frozenset({"OB", "OW", "SQ", "UN", "UT"})  # VRs with a four-byte length (PS3.5 7.1.2)

SOP_CLASS_UID = (0x0008, 0x0016)
SOP_INSTANCE_UID = (0x0008, 0x0018)
PATIENT_NAME = (0x0010, 0x0010)
STUDY_INSTANCE_UID = (0x0020, 0x000D)
SERIES_INSTANCE_UID = (0x0020, 0x000E)
PIXEL_DATA = (0x7FE0, 0x0010)

Tag = tuple[int, int]


class Malformed(NamedTuple):
    """What the C-STORE request says, and the data set that follows it."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    encoded: bytes


def element(tag: Tag, vr: str, value: bytes, length: int | None = None) -> bytes:
    """One data element in Explicit VR Little Endian; `length` may lie. Nothing is padded."""
    size = len(value) if length is None else length
    kind = vr.encode()
    if vr in _LONG:
        return struct.pack("<HH2sHI", *tag, kind, 0, size) + value
    return struct.pack("<HH2sH", *tag, kind, size) + value


def sound_elements(name: str) -> dict[Tag, bytes]:
    """A small instance with nothing wrong: 8 by 8 pixels. `name` gives it its UIDs."""
    texts = {
        SOP_CLASS_UID: ("UI", CLASS),
        SOP_INSTANCE_UID: ("UI", uid_of(name)),
        (0x0008, 0x0020): ("DA", "20190917"),
        (0x0008, 0x0030): ("TM", "120000"),
        (0x0008, 0x0050): ("SH", ""),
        (0x0008, 0x0060): ("CS", "OT"),
        (0x0008, 0x0064): ("CS", "SYN"),
        (0x0008, 0x0090): ("PN", ""),
        PATIENT_NAME: ("PN", "Malformed^On Purpose"),
        (0x0010, 0x0020): ("LO", "SYN-MALFORMED"),
        (0x0010, 0x0030): ("DA", ""),
        (0x0010, 0x0040): ("CS", "O"),
        STUDY_INSTANCE_UID: ("UI", uid("malformed", "study")),
        SERIES_INSTANCE_UID: ("UI", uid("malformed", "series")),
        (0x0020, 0x0010): ("SH", ""),
        (0x0020, 0x0011): ("IS", "1"),
        (0x0020, 0x0013): ("IS", "1"),
        (0x0028, 0x0004): ("CS", "MONOCHROME2"),
    }
    elements = {tag: text(tag, vr, words) for tag, (vr, words) in texts.items()}
    for number, value in ((0x0002, 1), (0x0010, 8), (0x0011, 8), (0x0100, 8), (0x0101, 8),
                          (0x0102, 7), (0x0103, 0)):  # fmt: skip
        elements[0x0028, number] = element((0x0028, number), "US", struct.pack("<H", value))
    elements[PIXEL_DATA] = element(PIXEL_DATA, "OB", bytes(range(64)))
    return elements


def uid_of(name: str) -> str:
    """The SOP Instance UID of the instance with this name."""
    return uid("malformed", name)


def text(tag: Tag, vr: str, words: str) -> bytes:
    """A data element with a text, padded to an even length (PS3.5 6.2)."""
    value = words.encode()
    return element(tag, vr, value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2))


def instance(
    name: str,
    changes: Mapping[Tag, bytes | None] | None = None,
    *,
    transfer_syntax: str = str(ExplicitVRLittleEndian),
    sop_instance_uid: str | None = None,
) -> Malformed:
    """The sound instance with elements replaced, or left out where the change is None."""
    elements: dict[Tag, bytes | None] = {**sound_elements(name), **(changes or {})}
    encoded = b"".join(elements[tag] or b"" for tag in sorted(elements))
    return Malformed(CLASS, sop_instance_uid or uid_of(name), transfer_syntax, encoded)


def named(name: str, sop_instance_uid: str) -> Malformed:
    """The sound instance under another SOP Instance UID, in the command and in the data set."""
    changes = {SOP_INSTANCE_UID: text(SOP_INSTANCE_UID, "UI", sop_instance_uid)}
    wrong = instance(name, changes)
    return wrong._replace(sop_instance_uid=sop_instance_uid)
