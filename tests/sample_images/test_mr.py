import numpy as np
import pytest

from sample_images import mr
from sample_images.patients import Modality, plan
from sample_images.size import Size

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MR)


@pytest.fixture(scope="module")
def instances():
    return list(mr.instances(PATIENT, Size.SMALL))


def pixels(ds):
    return np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns)


def test_there_are_two_series_of_the_same_slices(instances):
    series = {ds.SeriesInstanceUID: ds.SeriesDescription for ds in instances}
    first, second = instances[:4], instances[4:]

    assert list(series.values()) == ["T1 TSE sag", "T2 TSE sag"]
    assert [ds.ImagePositionPatient for ds in first] == [ds.ImagePositionPatient for ds in second]
    assert len({ds.FrameOfReferenceUID for ds in instances}) == 1


def test_slices_are_sagittal_front_left_head_up_and_evenly_spaced(instances):
    row, column = np.split(np.array(instances[0].ImageOrientationPatient, float), 2)
    places = np.array([ds.ImagePositionPatient for ds in instances[:4]], float)

    assert row.tolist() == [0, 1, 0]  # columns run to the back
    assert column.tolist() == [0, 0, -1]  # rows run to the feet
    assert np.allclose(np.diff(places, axis=0)[:, 1:], 0)
    assert np.allclose(np.diff(places[:, 0]), float(instances[0].SpacingBetweenSlices))
    assert 0.0 in places[:, 0]


def test_water_is_dark_in_t1_and_bright_in_t2(instances):
    t1, t2 = (pixels(instances[index]).astype(int) for index in (2, 6))
    middle = slice(20, 60)
    brightest = np.argmax((t2 - t1)[middle], axis=1)

    assert (t2 - t1)[middle].max() > 700
    assert 20 < np.median(brightest) < 60  # columns: where the canal is, not the edge


def test_times_fit_the_weighting(instances):
    t1, t2 = instances[0], instances[-1]

    assert float(t1.RepetitionTime) < 800
    assert float(t1.EchoTime) < 30
    assert float(t2.RepetitionTime) > 2000
    assert float(t2.EchoTime) > 80


def test_noise_has_no_negative_and_no_overflowing_values(instances):
    assert all(pixels(ds).max() < 4096 for ds in instances)
    assert instances[0].BitsStored == 12


def test_full_size_has_thirteen_slices_of_384():
    first = next(mr.instances(PATIENT, Size.FULL))

    assert (first.Rows, first.Columns) == (384, 384)
    assert len(mr._places(Size.FULL)) == 13
    assert mr._places(Size.FULL)[6] == 0
