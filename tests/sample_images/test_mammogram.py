import numpy as np
import pytest

from sample_images import mammogram
from sample_images.patients import Modality, plan
from sample_images.size import Size

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MG)


@pytest.fixture(scope="module")
def views():
    return {ds.SeriesDescription: ds for ds in mammogram.instances(PATIENT, Size.SMALL)}


def pixels(ds):
    return np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns)


def test_there_are_four_views(views):
    assert list(views) == ["R CC", "L CC", "R MLO", "L MLO"]


@pytest.mark.parametrize(
    ("name", "orientation"),
    [("L CC", "A\\R"), ("R CC", "P\\L"), ("L MLO", "A\\FR"), ("R MLO", "P\\FL")],
)
def test_the_chest_wall_lies_where_the_orientation_says(views, name, orientation):
    ds = views[name]
    middle = pixels(ds)[100:400]
    tissue = middle.mean(axis=0)

    assert "\\".join(ds.PatientOrientation) == orientation
    assert ds.ImageLaterality == name[0]
    left_edge, right_edge = tissue[:40].mean(), tissue[-40:].mean()
    assert (left_edge > right_edge) == (name[0] == "L")


@pytest.mark.parametrize(
    ("name", "code"),
    [("R CC", "399162004"), ("L CC", "399162004"), ("R MLO", "399368009"), ("L MLO", "399368009")],
)
def test_the_view_is_coded(views, name, code):
    (view,) = views[name].ViewCodeSequence

    assert (view.CodeValue, view.CodingSchemeDesignator) == (code, "SCT")
    assert view.CodeMeaning
    assert views[name].ViewPosition == name.split()[1]


def test_the_armpit_shows_muscle_in_oblique_views_only(views):
    corner = (slice(30, 80), slice(5, 60))

    assert pixels(views["L MLO"])[corner].mean() > 2000
    assert pixels(views["L CC"])[corner].mean() < 1500


def test_air_is_black_and_full_size_is_what_detectors_have(views):
    assert pixels(views["L CC"])[:, -20:-10].max() < 100 or pixels(views["L CC"]).min() == 0
    full = next(mammogram.instances(PATIENT, Size.FULL))
    assert (full.Rows, full.Columns) == (2294, 1914)


def test_the_pictures_are_for_presentation(views):
    for ds in views.values():
        assert ds.PresentationIntentType == "FOR PRESENTATION"
        assert ds.PhotometricInterpretation == "MONOCHROME2"
        assert float(ds.WindowWidth) > 0
