"""Instances that are wrong on purpose, one function each.

An archive must answer every one of them clearly and lose nothing else. Each comes as it would
travel in a C-STORE: what the command says of it, and the bytes of the data set.
"""

import struct
import zlib
from collections.abc import Callable

from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from sample_images.by_hand import (
    CLASS,
    PATIENT_NAME,
    PIXEL_DATA,
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Malformed,
    element,
    instance,
    named,
    sound_elements,
    text,
    uid_of,
)  # fmt: skip
from sample_images.uids import uid


def sound() -> Malformed:
    """Nothing is wrong with this one: the positive control."""
    return instance("sound")


def nothing() -> Malformed:
    """A data set of no bytes at all."""
    return instance("nothing")._replace(encoded=b"")


def not_dicom() -> Malformed:
    """Bytes that are no data set: a web page."""
    return instance("not dicom")._replace(encoded=b"<!DOCTYPE html><title>no image</title>\n" * 9)


def truncated() -> Malformed:
    """The data set ends in the middle of the pixels."""
    whole = instance("truncated")
    return whole._replace(encoded=whole.encoded[:-20])


def truncated_head() -> Malformed:
    """The data set ends in the middle of the Series Instance UID."""
    whole = instance("truncated head")
    end = whole.encoded.index(uid("malformed", "series").encode()) + 7
    return whole._replace(encoded=whole.encoded[:end])


def length_beyond_end() -> Malformed:
    """Patient's Name claims 60,000 bytes, far more than there are."""
    lying = element(PATIENT_NAME, "PN", b"Malformed^Length", length=60_000)
    return instance("length beyond end", {PATIENT_NAME: lying})


def pixels_beyond_end() -> Malformed:
    """Pixel Data claims almost 4 GiB."""
    lying = element(PIXEL_DATA, "OB", bytes(64), length=0xFFFFFFF0)
    return instance("pixels beyond end", {PIXEL_DATA: lying})


def sequence_without_end() -> Malformed:
    """Ten thousand sequences of undefined length, each in the one before, none closed."""
    step = element((0x0008, 0x1140), "SQ", b"", length=0xFFFFFFFF)
    step += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    return instance("sequence without end", {(0x0008, 0x1140): step * 10_000})


def head_too_far() -> Malformed:
    """The UIDs of study and series come after 100,000 bytes of a private element."""
    far = element((0x0009, 0x1001), "UN", bytes(100_000))
    owner = text((0x0009, 0x0010), "LO", "PACSLAB")
    return instance("head too far", {(0x0009, 0x0010): owner, (0x0009, 0x1001): far})


def another_sop_class() -> Malformed:
    """The data set says CT, the command and the presentation context say Secondary Capture."""
    changes = {SOP_CLASS_UID: text(SOP_CLASS_UID, "UI", str(CTImageStorage))}
    return instance("another sop class", changes)


def another_sop_instance() -> Malformed:
    """The command names another SOP Instance UID than the data set does."""
    return instance("another sop instance", sop_instance_uid=uid_of("not this one"))


def uid_as_path() -> Malformed:
    """A SOP Instance UID that would climb out of a directory."""
    return named("uid as path", "../../../../tmp/pacslab-escaped")


def study_uid_as_path() -> Malformed:
    """The same in the Study Instance UID, which only the data set carries."""
    changes = {STUDY_INSTANCE_UID: text(STUDY_INSTANCE_UID, "UI", "../../x")}
    return instance("study uid as path", changes)


def uid_as_windows_path() -> Malformed:
    """A device name and a backslash, which also parts values (PS3.5 6.4)."""
    return named("uid as windows path", "C:\\NUL")


def uid_too_long() -> Malformed:
    """65 characters: one more than a UID may have (PS3.5 9.1)."""
    return named("uid too long", "2.25." + "1" * 60)


def uid_far_too_long() -> Malformed:
    """300 characters: longer than file names may be."""
    return named("uid far too long", "2.25." + "1" * 295)


def uid_empty() -> Malformed:
    """The SOP Instance UID has no value."""
    return named("uid empty", "")


def uid_with_control_characters() -> Malformed:
    """A line feed and an escape sequence that would colour a log."""
    return named("uid with control characters", "2.25.1\n\x1b[31m2")


def uid_with_nul() -> Malformed:
    """A NUL in the middle, where C libraries stop reading."""
    return named("uid with nul", "2.25.1\x002")


def uid_with_letters() -> Malformed:
    """Characters that no UID has (PS3.5 9.1), though harmless as a key."""
    return named("uid with letters", "2.25.not-a-number")


def uid_with_leading_zero() -> Malformed:
    """A component that begins with 0 (PS3.5 9.1)."""
    return named("uid with leading zero", "2.25.01")


def uid_twice() -> Malformed:
    """The SOP Instance UID comes twice, with two values: whom to believe?"""
    both = text(SOP_INSTANCE_UID, "UI", uid_of("uid twice"))
    both += text(SOP_INSTANCE_UID, "UI", uid_of("uid once more"))
    return instance("uid twice", {SOP_INSTANCE_UID: both})


def no_sop_instance_uid() -> Malformed:
    """The data set has no SOP Instance UID."""
    return instance("no sop instance uid", {SOP_INSTANCE_UID: None})


def no_study_instance_uid() -> Malformed:
    """The data set has no Study Instance UID."""
    return instance("no study instance uid", {STUDY_INSTANCE_UID: None})


def no_series_instance_uid() -> Malformed:
    """The data set has no Series Instance UID."""
    return instance("no series instance uid", {SERIES_INSTANCE_UID: None})


def elements_out_of_order() -> Malformed:
    """Elements descend instead of ascending (PS3.5 7.1)."""
    elements = sound_elements("elements out of order")
    encoded = b"".join(elements[tag] for tag in sorted(elements, reverse=True))
    return instance("elements out of order")._replace(encoded=encoded)


def name_with_markup() -> Malformed:
    """A patient's name that is a script, an escape sequence and a new log line."""
    name = text(PATIENT_NAME, "PN", "<script>alert(1)</script>^\x1b[2J\r\nINFO stored")
    return instance("name with markup", {PATIENT_NAME: name})


def odd_length() -> Malformed:
    """A value of odd length (PS3.5 7.1.1)."""
    return instance("odd length", {(0x0008, 0x0060): element((0x0008, 0x0060), "CS", b"O")})


def unknown_vr() -> Malformed:
    """A value representation that does not exist, with the length in two bytes."""
    name = element(PATIENT_NAME, "??", b"Malformed^VR")
    return instance("unknown vr", {PATIENT_NAME: name})


def implicit_in_explicit() -> Malformed:
    """Encoded in Implicit VR Little Endian, announced as explicit."""
    elements = {
        SOP_CLASS_UID: CLASS,
        SOP_INSTANCE_UID: uid_of("implicit in explicit"),
        STUDY_INSTANCE_UID: uid("malformed", "study"),
        SERIES_INSTANCE_UID: uid("malformed", "series"),
    }
    encoded = b""
    for tag, words in elements.items():
        value = words.encode() + b"\0" * (len(words) % 2)
        encoded += struct.pack("<HHI", *tag, len(value)) + value
    return instance("implicit in explicit")._replace(encoded=encoded)


def deflated() -> Malformed:
    """A deflated data set that grows a thousandfold: 64 MiB of zeros (PS3.5 A.5)."""
    pixels = element(PIXEL_DATA, "OB", bytes(64 * 2**20))
    large = instance("deflated", {PIXEL_DATA: pixels})
    squeeze = zlib.compressobj(9, wbits=-15)
    encoded = squeeze.compress(large.encoded) + squeeze.flush()
    encoded += b"\0" * (len(encoded) % 2)
    return large._replace(transfer_syntax=str(DeflatedExplicitVRLittleEndian), encoded=encoded)


def big_endian() -> Malformed:
    """Explicit VR Big Endian, retired in 2006 (PS3.5 A.3)."""
    elements = {
        SOP_CLASS_UID: CLASS,
        SOP_INSTANCE_UID: uid_of("big endian"),
        STUDY_INSTANCE_UID: uid("malformed", "study"),
        SERIES_INSTANCE_UID: uid("malformed", "series"),
    }
    encoded = b""
    for tag, words in elements.items():
        value = words.encode() + b"\0" * (len(words) % 2)
        encoded += struct.pack(">HH2sH", *tag, b"UI", len(value)) + value
    return Malformed(CLASS, uid_of("big endian"), str(ExplicitVRBigEndian), encoded)


# Everything but `sound`, in the order of this page.
ALL: tuple[Callable[[], Malformed], ...] = (
    nothing,
    not_dicom,
    truncated,
    truncated_head,
    length_beyond_end,
    pixels_beyond_end,
    sequence_without_end,
    head_too_far,
    another_sop_class,
    another_sop_instance,
    uid_as_path,
    study_uid_as_path,
    uid_as_windows_path,
    uid_too_long,
    uid_far_too_long,
    uid_empty,
    uid_with_control_characters,
    uid_with_nul,
    uid_with_letters,
    uid_with_leading_zero,
    uid_twice,
    no_sop_instance_uid,
    no_study_instance_uid,
    no_series_instance_uid,
    elements_out_of_order,
    name_with_markup,
    odd_length,
    unknown_vr,
    implicit_in_explicit,
    deflated,
    big_endian,
)
