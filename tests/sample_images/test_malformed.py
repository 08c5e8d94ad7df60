from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from sample_images import malformed
from sample_images.malformed import ALL


def read(encoded) -> Dataset:
    return dcmread(BytesIO(encoded), force=True)


def test_the_sound_one_can_be_read():
    sound = malformed.sound()
    ds = read(sound.encoded)

    assert ds.SOPInstanceUID == sound.sop_instance_uid
    assert ds.SOPClassUID == sound.sop_class_uid
    assert len(ds.PixelData) == ds.Rows * ds.Columns


def test_every_function_is_listed_and_documented():
    public = {
        value for name, value in vars(malformed).items()
        if callable(value) and getattr(value, "__module__", "") == malformed.__name__
    }  # fmt: skip

    assert public - {malformed.sound} == set(ALL)
    assert all(function.__doc__ for function in ALL)


def test_no_two_are_the_same():
    assert len({function().encoded for function in ALL}) == len(ALL)


@pytest.mark.parametrize("wrong", ALL, ids=lambda function: function.__name__)
def test_the_same_bytes_come_every_time(wrong):
    assert wrong() == wrong()


def test_truncated_ones_are_the_beginning_of_something():
    assert len(malformed.truncated().encoded) < len(malformed.sound().encoded)
    assert malformed.truncated_head().encoded[-10:].isascii()


def test_lengths_reach_beyond_the_end():
    encoded = malformed.pixels_beyond_end().encoded

    assert encoded.endswith(b"\xf0\xff\xff\xff" + bytes(64))


@pytest.mark.parametrize(
    ("wrong", "uid"),
    [
        (malformed.uid_as_path, "../../../../tmp/pacslab-escaped"),
        (malformed.uid_empty, ""),
        (malformed.uid_with_control_characters, "2.25.1\n\x1b[31m2"),
        (malformed.uid_with_nul, "2.25.1\x002"),
    ],
)
def test_the_command_names_the_wrong_uid_too(wrong, uid):
    assert wrong().sop_instance_uid == uid
    assert uid.encode() in wrong().encoded


def test_too_long_is_one_character_too_long():
    assert len(malformed.uid_too_long().sop_instance_uid) == 65


@pytest.mark.parametrize(
    ("wrong", "keyword"),
    [
        (malformed.no_sop_instance_uid, "SOPInstanceUID"),
        (malformed.no_study_instance_uid, "StudyInstanceUID"),
        (malformed.no_series_instance_uid, "SeriesInstanceUID"),
    ],
)
def test_the_missing_element_is_missing(wrong, keyword):
    assert keyword not in read(wrong().encoded)


def test_data_set_and_command_disagree():
    assert read(malformed.another_sop_class().encoded).SOPClassUID != malformed.CLASS
    another = malformed.another_sop_instance()
    assert read(another.encoded).SOPInstanceUID != another.sop_instance_uid


def test_deflated_data_grow_a_hundredfold():
    assert len(malformed.deflated().encoded) < 2**20
