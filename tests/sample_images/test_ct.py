import numpy as np
import pytest

from sample_images import ct, iod
from sample_images.anatomy import body as bodies
from sample_images.anatomy.thorax import Thorax
from sample_images.patients import Modality, plan
from sample_images.size import Size

PATIENTS = [patient for patient in plan(16) if patient.modality is Modality.CT]


def pixels(ds):
    return np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns)


@pytest.fixture(scope="module")
def series():
    return list(ct.instances(PATIENTS[0], Size.SMALL))


def test_a_small_series_has_a_quarter_of_rows_columns_and_slices(series):
    assert len(series) == 10
    assert {(ds.Rows, ds.Columns) for ds in series} == {(128, 128)}
    assert [ds.InstanceNumber for ds in series] == list(range(1, 11))
    assert len({ds.SOPInstanceUID for ds in series}) == 10
    assert len({ds.SeriesInstanceUID for ds in series}) == 1


def test_slices_are_axial_evenly_spaced_and_run_to_the_feet(series):
    places = np.array([ds.ImagePositionPatient for ds in series], float)

    assert {tuple(ds.ImageOrientationPatient) for ds in series} == {(1, 0, 0, 0, 1, 0)}
    assert np.allclose(np.diff(places, axis=0), [0, 0, -float(series[0].SpacingBetweenSlices)])
    assert [float(ds.SliceLocation) for ds in series] == places[:, 2].tolist()
    assert len({ds.FrameOfReferenceUID for ds in series}) == 1


def test_a_full_scan_covers_the_lungs_without_gaps_and_has_the_small_ones_field_of_view():
    chest = Thorax(bodies.of(PATIENTS[0]), upright=False)
    full, small = (ct.scan(chest, size) for size in Size)
    z = chest.grid.z[np.flatnonzero((chest.lungs > 0).any((1, 2)))] * chest.body.lengthwise

    assert full.spacing == full.thickness
    assert full.top + full.thickness > z[-1]
    assert full.top - (ct.SLICES - 1) * full.spacing < z[0] + 2 * full.spacing
    assert full.pixels * full.pitch == pytest.approx(small.pixels * small.pitch, abs=0.01)
    assert full.left - full.pitch / 2 == pytest.approx(small.left - small.pitch / 2, abs=0.01)


def test_stored_values_become_hounsfield_units(series):
    ds = series[5]
    hounsfield = pixels(ds) * float(ds.RescaleSlope) + float(ds.RescaleIntercept)

    assert ds.RescaleType == "HU"
    assert np.median(hounsfield[:6]) == pytest.approx(-1000, abs=30)
    assert pixels(ds).max() < 1 << ds.BitsStored


def test_the_heart_lies_on_the_patients_left(series):
    ds = min(series, key=lambda ds: abs(float(ds.SliceLocation) + 190))
    x = float(ds.ImagePositionPatient[0]) + np.arange(ds.Columns) * float(ds.PixelSpacing[1])
    soft = np.abs(pixels(ds)[40:66].astype(int) - 1024 - 45) < 60  # rows in front of the spine
    inner = np.abs(x) < 85

    assert x[inner][soft[:, inner].sum(0).argsort()[-10:]].mean() > 5


def test_the_words_are_burnt_in_and_white_in_every_window(series):
    for ds in series:
        assert (pixels(ds)[-24:] == 1200 + 1024).sum() > 100


@pytest.fixture(scope="module")
def firsts():
    """The first slice of every patient."""
    return [(patient, next(ct.instances(patient, Size.SMALL))) for patient in PATIENTS]


def test_a_contrast_agent_is_named_where_it_was_given(firsts):
    for patient, ds in firsts:
        given = patient.abnormality.value in {"aortic aneurysm", "pleural effusion"}
        assert ("ContrastBolusAgent" in ds) == given
        assert ("contrast" in ds.SeriesDescription) == given


def test_the_first_window_suits_what_is_to_be_found(firsts):
    centres = {patient.abnormality.value: float(ds.WindowCenter[0]) for patient, ds in firsts}

    assert centres["lung nodule"] == centres["pneumonia"] == -550
    assert centres["aortic aneurysm"] == centres["pleural effusion"] == 40


def test_the_same_patient_gives_the_same_bytes_and_another_one_others(series, firsts):
    again = next(ct.instances(PATIENTS[0], Size.SMALL))

    assert iod.encode(again) == iod.encode(series[0])
    assert firsts[1][1].PixelData != again.PixelData
