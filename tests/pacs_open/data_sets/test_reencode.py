import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from pacs_open.data_sets.elements import MalformedDataSetError, element, read_elements
from pacs_open.data_sets.reencode import reencode

PIXELS = np.arange(64, dtype=np.uint16).tobytes()


def encoded(ds, *, explicit):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, not explicit
    write_dataset(file, ds)
    return file.getvalue()


def decoded(data, *, explicit):
    return read_dataset(DicomBytesIO(data), is_implicit_VR=not explicit, is_little_endian=True)


def an_image(*, undefined=False, signed=False):
    nested = Dataset()
    nested.CodeMeaning = "Thorax"
    item = Dataset()
    item.is_undefined_length_sequence_item = undefined
    item.RescaleSlope = "1.50"
    item.add_new(0x00280106, "SS" if signed else "US", 5)
    item.add_new(0x00401101, "SQ", [nested])
    item[0x00401101].is_undefined_length = undefined
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.PatientName = "Müller^Jörg"
    ds.add_new(0x00081140, "SQ", [item, Dataset(), item])
    ds[0x00081140].is_undefined_length = undefined
    ds.PixelRepresentation = int(signed)
    ds.add_new(0x00280106, "SS" if signed else "US", 7)
    ds.add_new(0x60003000, "OW", b"\1\0")
    ds.add_new(0x7FE00010, "OW", PIXELS)
    return ds


@pytest.mark.parametrize("undefined", [True, False])
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("to_explicit", [True, False])
def test_another_reader_finds_the_same_elements(undefined, signed, to_explicit):
    original = an_image(undefined=undefined, signed=signed)

    data = reencode(encoded(original, explicit=not to_explicit), explicit=to_explicit)

    again = decoded(data, explicit=to_explicit)
    assert again == original
    assert again.PatientName == "Müller^Jörg"
    assert {t: v for t, _, v in read_elements(data, explicit=to_explicit)}[0x7FE00010] == PIXELS


@pytest.mark.parametrize("to_explicit", [True, False])
def test_there_and_back_gives_the_same_bytes(to_explicit):
    data = encoded(an_image(), explicit=not to_explicit)

    assert reencode(reencode(data, explicit=to_explicit), explicit=not to_explicit) == data


def test_values_that_break_the_rules_stay_as_they_are():
    data = element(0x00181110, "DS", b"not a number", explicit=True)

    assert reencode(data, explicit=False) == element(
        0x00181110, "DS", b"not a number", explicit=False
    )


def test_private_elements_become_un_and_their_creators_lo():
    data = element(0x00090010, "LO", b"ACME", explicit=False) + element(
        0x00091001, "DS", b"1.5 ", explicit=False
    )

    assert list(read_elements(reencode(data, explicit=True), explicit=True)) == [
        (0x00090010, "LO", b"ACME"),
        (0x00091001, "UN", b"1.5 "),
    ]


def test_a_private_sequence_of_undefined_length_keeps_its_bytes_as_un():
    inner = element(0x00091002, "LO", b"word", explicit=False)
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + inner + b"\xfe\xff\x0d\xe0\0\0\0\0"
    sequence = item + b"\xfe\xff\xdd\xe0\0\0\0\0"
    data = b"\x09\x00\x01\x10\xff\xff\xff\xff" + sequence

    there = reencode(data, explicit=True)

    assert list(read_elements(there, explicit=True)) == [(0x00091001, "UN", sequence)]
    assert reencode(there, explicit=False) == data


def test_group_lengths_are_left_out_since_they_would_be_wrong():
    data = element(0x00080000, "UL", b"\x0a\0\0\0", explicit=True)
    rest = element(0x00080060, "CS", b"CT", explicit=True)

    assert reencode(data + rest, explicit=False) == element(0x00080060, "CS", b"CT", explicit=False)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_reencoded_or_malformed_and_nothing_else(data, explicit):
    with contextlib.suppress(MalformedDataSetError):
        reencode(data, explicit=explicit)


@pytest.mark.parametrize(
    "hexadecimal",
    [
        # a sequence of 24 bytes whose item of 16 holds an element of 32: the next one vanished
        (
            "08001511 18000000 feff00e0 10000000 08005511 20000000 322e3235 2e310000"
            "10002000 02000000 5031 20001000 02000000 5031"
        ),
        # a sequence of 18 bytes whose item of 18 takes the next element in
        "08001511 12000000 feff00e0 12000000 10002000 02000000 5031 20001000 00000000",
        # a sequence of 18 bytes that has its delimiter at once: what came after it was one level up
        "08001511 12000000 feffdde0 00000000 10002000 02000000 5031",
        # a delimiter outside of any sequence: what came after it vanished
        "10002000 02000000 5031 feff0de0 00000000 20001000 02000000 5031",
        "10002000 02000000 5031 feffdde0 00000000 20001000 02000000 5031",
    ],
)
def test_no_element_vanishes_behind_a_wrong_length(hexadecimal):
    """Found by fuzzing: a data set came out shorter, as if nothing had happened."""
    with pytest.raises(MalformedDataSetError):
        reencode(bytes.fromhex(hexadecimal), explicit=True)
