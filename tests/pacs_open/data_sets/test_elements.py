import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from pacs_open.data_sets.elements import MalformedDataSetError, element, pad, read_elements


def encoded(ds, *, explicit):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, not explicit
    write_dataset(file, ds)
    return file.getvalue()


def sample(undefined):
    item = Dataset()
    item.CodeValue = "T-D1100"
    inner = Dataset()
    inner.CodeMeaning = "Thorax"
    item.add_new(0x00401101, "SQ", [inner])
    ds = Dataset()
    ds.PatientName = "Müller^Jörg"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.RequestAttributesSequence = [item, item]
    ds["RequestAttributesSequence"].is_undefined_length = undefined
    item.is_undefined_length_sequence_item = undefined
    item[0x00401101].is_undefined_length = undefined
    ds.StudyInstanceUID = "2.25.1"
    return ds


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("undefined", [True, False])
def test_elements_of_another_encoder_are_read_back_in_order(explicit, undefined):
    elements = list(read_elements(encoded(sample(undefined), explicit=explicit), explicit=explicit))

    assert [tag for tag, _, _ in elements] == [0x00080005, 0x00100010, 0x0020000D, 0x00400275]
    assert elements[2][2] == b"2.25.1"
    assert elements[3][1] == ("SQ" if explicit else "")


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("undefined", [True, False])
def test_every_cut_is_noticed_or_falls_between_two_elements(explicit, undefined):
    data = encoded(sample(undefined), explicit=explicit)
    boundaries = {0}
    for _tag, vr, value in read_elements(data, explicit=explicit):
        header = 12 if vr == "SQ" and explicit else 8
        boundaries.add(max(boundaries) + header + len(value))

    for cut in range(len(data)):
        if cut in boundaries:
            list(read_elements(data[:cut], explicit=explicit))
        else:
            with pytest.raises(MalformedDataSetError):
                list(read_elements(data[:cut], explicit=explicit))


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_elements_or_malformed_and_nothing_else(data, explicit):
    with contextlib.suppress(MalformedDataSetError):
        list(read_elements(data, explicit=explicit))


def test_deep_nesting_is_refused_before_the_stack_is_gone():
    sequence = b"\x08\x00\x40\x11\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"

    with pytest.raises(MalformedDataSetError, match="deeply"):
        list(read_elements(sequence * 5000, explicit=False))


def test_an_element_within_a_sequence_but_in_no_item_is_malformed():
    sequence = b"\x08\x00\x40\x11\xff\xff\xff\xff" + element(
        0x00080060, "CS", b"CT", explicit=False
    )

    with pytest.raises(MalformedDataSetError, match="items") as caught:
        list(read_elements(sequence, explicit=False))
    assert caught.value.tag == 0x00081140


def test_a_vr_that_is_none_is_malformed():
    with pytest.raises(MalformedDataSetError, match="capital"):
        list(read_elements(b"\x08\x00\x60\x00\x00\x02\x00\x00CT", explicit=True))


@pytest.mark.parametrize(
    ("vr", "value", "padded"),
    [
        ("UI", b"1.2.3", b"1.2.3\0"),
        ("PN", b"abc", b"abc "),
        ("UN", b"a", b"a\0"),
        ("CS", b"CT", b"CT"),
    ],
)
def test_values_are_padded_to_an_even_length(vr, value, padded):
    assert pad(vr, value) == padded


def test_a_value_too_long_for_its_vr_becomes_un():
    value = b"1.2\\" * 20_000
    data = element(0x00080058, "UI", value, explicit=True)

    assert list(read_elements(data, explicit=True)) == [(0x00080058, "UN", value)]


def test_encoded_elements_are_those_of_another_encoder():
    ds = Dataset()
    ds.StudyInstanceUID = "2.25.123"
    ds.StudyDescription = "Thorax"

    for explicit in (True, False):
        ours = element(0x00081030, "LO", b"Thorax", explicit=explicit) + element(
            0x0020000D, "UI", b"2.25.123", explicit=explicit
        )
        assert ours == encoded(ds, explicit=explicit)
