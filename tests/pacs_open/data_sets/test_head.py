import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from pacs_open.data_sets.head import LIMIT, HeadScanner


def encode(ds, *, implicit=False):
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, implicit
    write_dataset(file, ds)
    return file.getvalue()


def scan(data, *, implicit=False, piece=None):
    scanner = HeadScanner(implicit=implicit)
    for start in range(0, len(data), piece or max(len(data), 1)):
        scanner.feed(memoryview(data)[start : start + (piece or len(data))])
    scanner.finish(len(data))
    return scanner


def element(tag, vr, value):
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    if vr in {b"SQ", b"UN", b"OB", b"OW"}:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def item(content, *, undefined):
    if undefined:
        return b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + content + b"\xfe\xff\x0d\xe0\0\0\0\0"
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", len(content)) + content


def sequence(tag, items, *, vr=b"SQ"):
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr + b"\0\0\xff\xff\xff\xff"
    return head + b"".join(items) + b"\xfe\xff\xdd\xe0\0\0\0\0"


def usual(**changes):
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    ds.SOPInstanceUID = "2.25.1"
    ds.PatientName = "Müller^Änne"
    ds.PatientID = "P1"
    ds.PatientComments = " two\r\nlines "
    ds.StudyInstanceUID = "2.25.1000"
    ds.SeriesInstanceUID = "2.25.2000"
    ds.InstanceNumber = "7"
    ds.Rows, ds.BitsAllocated, ds.PixelRepresentation = 512, 16, 0
    ds.PerformedProcedureStepID = "PPS"
    ds.add_new(0x7FE00010, "OW", bytes(512))
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return ds


nested = st.recursive(
    st.just(element(0x00080100, b"SH", b"CODE")),
    lambda inner: st.builds(
        lambda content, undefined: sequence(0x00081140, [item(content, undefined=undefined)]),
        inner,
        st.booleans(),
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("piece", [None, 1, 7, 64])
def test_the_elements_are_read_in_pieces_of_any_size(implicit, piece):
    scanner = scan(encode(usual(), implicit=implicit), implicit=implicit, piece=piece)

    assert scanner.fault == ""
    assert scanner.elements["PatientName"] == "Müller^Änne"
    assert scanner.elements["PatientComments"] == " two\r\nlines"
    assert scanner.elements["SeriesInstanceUID"] == "2.25.2000"
    assert scanner.elements["InstanceNumber"] == "7"
    assert scanner.elements["Rows"] == "512"
    assert scanner.elements["PerformedProcedureStepID"] == "PPS"
    assert "PixelData" not in scanner.elements


@given(nested, st.integers(1, 40))
def test_sequences_are_passed_over_however_they_are_written(content, piece):
    data = element(0x00080018, b"UI", b"2.25.1")
    data += sequence(0x00081111, [item(content, undefined=True), item(b"", undefined=False)])
    data += element(0x0020000E, b"UI", b"2.25.2")

    scanner = scan(data, piece=piece)

    assert scanner.fault == ""
    assert scanner.elements == {"SOPInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.2"}


def test_an_unknown_sequence_is_implicit_inside():
    """PS3.5 6.2.2 note 5: UN of undefined length."""
    inner = struct.pack("<HHI", 0x0008, 0x0100, 4) + b"CODE"
    data = sequence(0x00091010, [item(inner, undefined=True)], vr=b"UN")
    data += element(0x00100020, b"LO", b"P1")

    scanner = scan(data)

    assert scanner.fault == ""
    assert scanner.elements == {"PatientID": "P1"}


@given(st.binary(max_size=2000), st.booleans())
def test_no_bytes_make_it_fail_and_pieces_make_no_difference(data, implicit):
    whole, single = (scan(data, implicit=implicit, piece=piece) for piece in (None, 1))

    assert whole.elements == single.elements
    assert whole.fault == single.fault


@given(st.data())
def test_a_data_set_that_is_cut_anywhere_but_between_elements_is_told(data):
    whole = encode(usual())
    cut = data.draw(st.integers(1, len(whole) - 1))

    scanner = scan(whole[:cut])

    borders = {0}
    position = 0
    while position < len(whole):
        long_form = whole[position + 4 : position + 6] in {b"OW", b"OB", b"SQ", b"UN"}
        (length,) = struct.unpack_from(
            "<I" if long_form else "<H", whole, position + (8 if long_form else 6)
        )
        position += (12 if long_form else 8) + length
        borders.add(position)
    assert (scanner.fault == "") == (cut in borders)


def test_the_head_is_known_once_the_series_is_passed():
    data = encode(usual())
    scanner = HeadScanner(implicit=False)
    until = data.index(b"2.25.2000") + 10
    scanner.feed(data[:until])
    assert not scanner.passed
    scanner.feed(data[until : until + 10])  # the next element

    assert scanner.passed
    assert scanner.head.get("SeriesInstanceUID") == "2.25.2000"
    assert scanner.head.get("Rows") == ""


def test_no_more_than_64_kib_are_looked_at():
    data = element(0x00080018, b"UI", b"2.25.1") + element(0x00090010, b"UN", bytes(LIMIT))
    data += element(0x0020000E, b"UI", b"2.25.2")

    scanner = scan(data)

    assert scanner.stopped
    assert scanner.fault == ""
    assert scanner.elements == {"SOPInstanceUID": "2.25.1"}


def test_endless_sequences_end_at_64_kib():
    opening = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF)
    scanner = HeadScanner(implicit=False)
    for _ in range(3000):
        scanner.feed(opening + b"\xfe\xff\x00\xe0\xff\xff\xff\xff")

    assert scanner.stopped
    assert scanner.fault == "sequences are nested too deeply"
    assert len(scanner._buffer) == 0


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (bytes(200), "no VR"),
        (bytes(128) + b"DICM", "no VR"),
        (element(0x00020010, b"UI", b"1.2\0"), "(0002,0010) is out of order"),
        (element(0x00100020, b"LO", b"P1") * 2, "(0010,0020) is out of order"),
        (struct.pack("<HH2sHI", 0x0010, 0x0020, b"UT", 0, 0xFFFFFFFF), "has no length"),
        (b"\xfe\xff\x00\xe0\0\0\0\0", "where none can be"),
        (encode(usual(), implicit=True), "no VR"),
    ],
)
def test_what_cannot_be_understood_says_where(data, fault):
    assert fault in scan(data).fault


def test_declared_lengths_must_be_there_even_behind_the_head():
    data = encode(usual())

    assert scan(data[:-1]).fault == "the data set is cut short"
    assert scan(data).fault == ""


def test_binary_numbers_that_are_declared_as_such_are_read():
    assert scan(element(0x00280010, b"US", b"\x01\x02\x03\x04")).elements["Rows"] == "513\\1027"
    assert scan(element(0x00280010, b"US", b"\x01")).elements["Rows"] == ""


def test_text_has_no_nul_and_no_padding():
    scanner = scan(element(0x00080018, b"UI", b"2.25.1\0\0") + element(0x00100020, b"LO", b" P\0 "))

    assert scanner.elements == {"SOPInstanceUID": "2.25.1", "PatientID": "P"}


def test_japanese_names_come_out_in_all_groups():
    ds = usual(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName="Yamada^Tarou=山田^太郎")

    assert scan(encode(ds)).elements["PatientName"] == "Yamada^Tarou=山田^太郎"
