"""Pictures look as in a viewer: window, inversion, size; and nothing a peer sends names a file."""

import io

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from lab import pictures


def _ds(pixels, **more):
    ds = Dataset()
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "Test^Tina", "ID-1", "19700102"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, 1
    ds.StudyInstanceUID = "2.25.1"
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return ds


def _encoded(ds, *, implicit=False):
    file = DicomBytesIO()
    file.is_implicit_VR, file.is_little_endian = implicit, True
    write_dataset(file, ds)
    return file.getvalue()


def _draw(pixels, **more):
    return pictures.draw(_encoded(_ds(pixels, **more)), ExplicitVRLittleEndian)


RAMP = np.array([[-2000, -60, 40, 140, 3000]], np.int16)
WINDOW = {"WindowCenter": 40, "WindowWidth": 200}


def test_the_window_of_the_data_set_is_applied():
    grey = np.asarray(_draw(RAMP, **WINDOW).image)[0]
    assert grey[0] == 0
    assert grey[4] == 255
    assert abs(int(grey[2]) - 128) <= 1


def test_values_are_rescaled_before_they_are_windowed():
    stored = (RAMP + 2000).astype(np.uint16)
    rescaled = _draw(stored, RescaleIntercept=-2000, RescaleSlope=1, **WINDOW)
    assert np.array_equal(np.asarray(rescaled.image), np.asarray(_draw(RAMP, **WINDOW).image))


def test_the_first_of_several_windows_is_taken():
    several = _draw(RAMP, WindowCenter=[40, -600], WindowWidth=[200, 1500])
    assert np.array_equal(np.asarray(several.image), np.asarray(_draw(RAMP, **WINDOW).image))


def test_monochrome1_is_turned_over():
    turned = _draw(RAMP, PhotometricInterpretation="MONOCHROME1", **WINDOW)
    assert np.asarray(turned.image)[0, 0] == 255


def test_without_a_window_nearly_all_values_show():
    grey = np.asarray(_draw(np.arange(10000, dtype=np.uint16).reshape(100, 100)).image)
    assert grey.min() == 0
    assert grey.max() == 255


def test_implicit_and_explicit_look_the_same():
    ds = _ds(RAMP, **WINDOW)
    implicit = pictures.draw(_encoded(ds, implicit=True), ImplicitVRLittleEndian)
    assert np.array_equal(np.asarray(implicit.image), np.asarray(_draw(RAMP, **WINDOW).image))
    assert implicit.patient_name == "Test^Tina"


@pytest.mark.parametrize(
    ("data_set", "syntax", "why"),
    [
        (b"", JPEGBaseline8Bit, "compressed"),
        (b"", ExplicitVRLittleEndian, "cannot be understood"),
        (b"\xff" * 100, ExplicitVRLittleEndian, "cannot be understood"),
        (_encoded(_ds(RAMP, Rows=5000)), ExplicitVRLittleEndian, "cannot be understood"),
        (_encoded(_ds(RAMP, SamplesPerPixel=3)), ExplicitVRLittleEndian, "grey"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_hurts_nobody(data_set, syntax, why):
    with pytest.raises(pictures.NoPictureError, match=why):
        pictures.draw(data_set, syntax)


def test_a_large_picture_is_made_smaller():
    picture = _draw(np.zeros((1000, 2 * pictures.LONGEST_SIDE), np.uint16))
    assert picture.image.size == (pictures.LONGEST_SIDE, 500)
    assert Image.open(io.BytesIO(picture.jpeg(100))).size[0] == 100


def test_text_of_a_peer_names_no_file(tmp_path):
    evil = _draw(RAMP, PatientID="../../evil", Modality="CT_ 9", **WINDOW)
    saved = pictures.save([evil], tmp_path / "stolen")
    assert [path.relative_to(tmp_path).as_posix() for path in saved] == [
        "stolen/patient-01-CT-001.png"
    ]
    with Image.open(saved[0]) as image:
        assert image.size == (5, 1)


def test_only_what_an_earlier_demo_saved_is_cleared_away(tmp_path):
    saved = pictures.save([_draw(RAMP, PatientID="A")], tmp_path / "stolen")
    kept = ["patient-01-CT-001.txt", "patient-photo.png", "holiday.png", "patient-1-CT-1.png"]
    for name in kept:
        (tmp_path / "stolen" / name).write_text("mine")
    pictures.clear(tmp_path / "stolen")
    assert not saved[0].exists()
    assert sorted(path.name for path in (tmp_path / "stolen").iterdir()) == sorted(kept)
    pictures.clear(tmp_path / "nowhere")  # no fault


def test_pictures_are_numbered_by_patient_whatever_order_they_came_in(tmp_path):
    drawn = [
        _draw(RAMP, PatientID=patient, InstanceNumber=number)
        for patient, number in (("B", 1), ("A", 2), ("A", 1))
    ]
    order = [(p, n, x.patient_id, x.order[3]) for p, n, x in pictures.numbered(drawn)]
    assert order == [(1, 1, "A", 1), (1, 2, "A", 2), (2, 1, "B", 1)]


def test_a_slice_through_the_middle_stands_for_a_series_and_the_first_view_for_a_study():
    slices = [_draw(RAMP, InstanceNumber=number) for number in range(1, 6)]
    views = [
        _draw(RAMP, PatientID="ID-2", Modality="DX", InstanceNumber=number) for number in (2, 1)
    ]
    chosen = pictures.show_one_each(slices + views)
    assert [(picture.patient_id, picture.order[3]) for picture in chosen] == [
        ("ID-1", 3),
        ("ID-2", 1),
    ]
