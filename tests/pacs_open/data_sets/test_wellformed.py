import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from pacs_open.data_sets.elements import MalformedDataSetError, element, read_elements
from pacs_open.data_sets.wellformed import Walk


def encoded(ds, *, explicit):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, not explicit
    write_dataset(file, ds)
    return file.getvalue()


def an_image(*, undefined=False, encapsulated=False):
    item = Dataset()
    item.is_undefined_length_sequence_item = undefined
    item.CodeValue = "T-D1100"
    nested = Dataset()
    nested.CodeMeaning = "Thorax"
    item.add_new(0x00401101, "SQ", [nested])
    item[0x00401101].is_undefined_length = undefined
    ds = Dataset()
    ds.SOPInstanceUID = "2.25.1"
    ds.PatientName = "Test^Patient"
    ds.add_new(0x00081140, "SQ", [item, item])
    ds[0x00081140].is_undefined_length = undefined
    ds.add_new(0x00091010, "UN", b"private!")
    if encapsulated:
        ds.add_new(
            0x7FE00010, "OB", encapsulate([b"\xff\xd8" + bytes(50), b"\xff\xd8" + bytes(70)])
        )
        ds[0x7FE00010].is_undefined_length = True
    else:
        ds.add_new(0x7FE00010, "OW", np.zeros(64, np.uint16).tobytes())
    return ds


def walk(data, *, explicit, pieces=None):
    walker = Walk(explicit=explicit)
    for begin in range(0, len(data), pieces or len(data) or 1):
        walker.feed(data[begin : begin + (pieces or len(data))])
    walker.close()


CASES = [
    pytest.param(encoded(an_image(undefined=u, encapsulated=c), explicit=e), e, id=f"{u}-{c}-{e}")
    for u in (True, False)
    for c in (True, False)
    for e in (True, False)
    if e or not c
]


@pytest.mark.parametrize(("data", "explicit"), CASES)
@pytest.mark.parametrize("pieces", [None, 1, 3, 7, 12, 100])
def test_a_whole_data_set_is_followed_to_its_end_in_pieces_of_any_size(data, explicit, pieces):
    walk(data, explicit=explicit, pieces=pieces)


@pytest.mark.parametrize(("data", "explicit"), CASES)
def test_every_cut_is_noticed_or_falls_between_two_elements(data, explicit):
    boundaries = {0}
    at = 0
    for _tag, vr, value in read_elements(data, explicit=explicit):
        at += (12 if vr in {"SQ", "OB", "OW", "UN"} else 8) + len(value)
        boundaries.add(at)

    for cut in set(range(len(data))) - boundaries:
        with pytest.raises(MalformedDataSetError):
            walk(data[:cut], explicit=explicit, pieces=11)
    for cut in boundaries:
        walk(data[:cut], explicit=explicit)


def test_an_element_that_reaches_beyond_the_end_is_noticed():
    data = encoded(an_image(), explicit=True)

    with pytest.raises(MalformedDataSetError, match="inside an element"):
        walk(data[:-1], explicit=True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (element(0x00020010, "UI", b"1.2", explicit=True), "group below 0008"),
        (b"\0" * 132, "capital"),
        (b"\xfe\xff\x0d\xe0\0\0\0\0", "item or a delimiter"),
        (b"\xfe\xff\x00\xe0\0\0\0\0", "item or a delimiter"),
        (
            b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff"
            + element(0x00080060, "CS", b"CT", explicit=True),
            "items",
        ),
        (
            b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\xdd\xe0\x04\0\0\0",
            "item or a delimiter",
        ),
    ],
)
def test_what_is_no_element_is_named(data, why):
    with pytest.raises(MalformedDataSetError, match=why):
        walk(data, explicit=True)


def test_unknown_vr_of_undefined_length_is_implicit_inside():
    inner = element(0x00080060, "CS", b"CT", explicit=False)
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + inner + b"\xfe\xff\x0d\xe0\0\0\0\0"
    data = b"\x09\x00\x10\x10UN\0\0\xff\xff\xff\xff" + item + b"\xfe\xff\xdd\xe0\0\0\0\0"

    walk(data + element(0x00100010, "PN", b"A^B ", explicit=True), explicit=True, pieces=5)


def test_deep_nesting_is_refused():
    level = b"\x08\x00\x40\x11\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"

    with pytest.raises(MalformedDataSetError, match="deeply"):
        walk(level * 10_000, explicit=False)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.booleans(), st.integers(1, 20))
def test_pieces_do_not_change_the_verdict(data, explicit, pieces):
    def verdict(size):
        try:
            walk(data, explicit=explicit, pieces=size)
        except MalformedDataSetError as error:
            return str(error)
        return "whole"

    assert verdict(pieces) == verdict(None)
