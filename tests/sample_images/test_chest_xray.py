from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sample_images import chest_xray, iod
from sample_images.anatomy import body as bodies
from sample_images.anatomy import findings
from sample_images.anatomy.thorax import Thorax
from sample_images.beam import View
from sample_images.patients import Abnormality, Modality, plan
from sample_images.size import Size

PATIENTS = [patient for patient in plan(16) if patient.modality is Modality.DX]
WITH_PACEMAKER = next(p for p in PATIENTS if p.abnormality is Abnormality.PACEMAKER)


def pixels(ds):
    return np.frombuffer(ds.PixelData, "<u2").reshape(ds.Rows, ds.Columns)


@pytest.fixture(scope="module")
def views():
    return list(chest_xray.instances(PATIENTS[1], Size.SMALL))


@cache
def pictures(abnormality):
    chest = Thorax(bodies.of(WITH_PACEMAKER), upright=True)
    findings.show(chest, abnormality)
    return {view: chest_xray.picture(chest, view, Size.SMALL).astype(int) for view in View}


def test_there_is_a_view_from_the_front_and_one_from_the_side(views):
    pa, side = views

    assert (pa.ViewPosition, list(pa.PatientOrientation)) == ("PA", ["L", "F"])
    assert (side.ViewPosition, list(side.PatientOrientation)) == ("LL", ["P", "F"])
    assert pa.SeriesInstanceUID != side.SeriesInstanceUID
    assert pa.StudyInstanceUID == side.StudyInstanceUID
    assert pa.PresentationIntentType == "FOR PRESENTATION"


def test_a_small_picture_has_a_quarter_of_rows_and_columns_and_four_times_the_pitch(views):
    for ds in views:
        assert (ds.Rows, ds.Columns) == (750, 625)
        assert [float(pitch) for pitch in ds.ImagerPixelSpacing] == [0.572, 0.572]
        assert ds.BitsStored == 12


def test_air_is_black_and_larger_values_are_brighter_in_monochrome2(views):
    for ds in views:
        assert ds.PhotometricInterpretation == "MONOCHROME2"
        assert ds.PresentationLUTShape == "IDENTITY"
        assert np.median(pixels(ds)[:20, :20]) < 300


def test_the_words_are_burnt_in_and_the_marker_is_on_the_left_hands_side(views):
    for ds in views:
        white = pixels(ds) == 4095
        assert white[-40:].sum() > 1000
        assert white[:80, -70:].sum() > 100
        assert not white[:80, :70].any()


def test_a_pacemaker_is_plain_to_see_in_the_upper_quadrant_of_the_left_chest():
    paced, without = pictures(Abnormality.PACEMAKER), pictures(Abnormality.LUNG_NODULE)
    more = paced[View.PA] - without[View.PA]
    rows, columns = np.nonzero(more[:400] > 1200)

    assert len(rows) > 2500  # the generator: 46 mm wide on pixels of 0.57 mm
    assert np.median(columns) > 625 * 0.6
    assert 750 * 0.2 < np.median(rows) < 750 * 0.45
    assert paced[View.PA][rows, columns].mean() > 0.7 * 4095
    side = paced[View.LATERAL] - without[View.LATERAL]
    assert np.median(np.nonzero(side > 1200)[1]) < 625 / 2  # in front


def test_leads_run_down_to_the_heart():
    paced, without = pictures(Abnormality.PACEMAKER), pictures(Abnormality.CARDIOMEGALY)
    lower = slice(430, 530)
    sharp = [np.abs(np.diff(picture[View.PA][lower, 240:420], 2, axis=0)).max()
             for picture in (paced, without)]  # fmt: skip

    assert sharp[0] > 1.5 * sharp[1]


def test_full_pictures_are_the_same_as_small_ones_but_finer():
    chest = Thorax(bodies.of(PATIENTS[0]), upright=True)
    full = chest_xray.picture(chest, View.PA, Size.FULL).astype(float)
    small = chest_xray.picture(chest, View.PA, Size.SMALL).astype(float)
    binned = full.reshape(750, 4, 625, 4).mean((1, 3))

    assert full.shape == (chest_xray.ROWS, chest_xray.COLUMNS)
    assert np.abs(binned - small).mean() < 25


def test_the_same_patient_gives_the_same_bytes_and_another_seed_other_pixels(views):
    again = next(chest_xray.instances(PATIENTS[1], Size.SMALL))
    other = next(chest_xray.instances(replace(PATIENTS[1], seed=1), Size.SMALL))

    assert iod.encode(again) == iod.encode(views[0])
    assert other.PixelData != again.PixelData


def test_noise_does_not_depend_on_how_many_rows_are_drawn_at_once(monkeypatch):
    grain = np.full((25, 10), 0.01, np.float32)

    def noisy(rows):
        monkeypatch.setattr(chest_xray, "_STRIP", rows)
        shown = np.full((100, 40), 0.5, np.float32)
        return chest_xray._noisy(shown, grain, np.random.default_rng(1))

    assert np.array_equal(noisy(7), noisy(25))
    assert 5 < noisy(7).std() < 100
