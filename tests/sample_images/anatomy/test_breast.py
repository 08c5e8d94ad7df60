import numpy as np
import pytest

from sample_images.anatomy import body as bodies
from sample_images.anatomy import breast as breasts
from sample_images.anatomy.breast import Side, View
from sample_images.patients import Abnormality, Modality, plan

PATIENTS = [patient for patient in plan(64) if patient.modality is Modality.MG]


def made(patient, side, view):
    return breasts.of(bodies.of(patient), patient.abnormality, side, view)


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: str(patient.number))
@pytest.mark.parametrize("view", View)
def test_a_breast_lies_on_the_detector_with_the_nipple_far_out(patient, view):
    breast = made(patient, Side.LEFT, view)

    assert breast.outline[:, 1].min() >= 0
    assert breast.outline[:, 1].max() < breasts.WIDTH
    assert breast.nipple[0] > 0.95 * breast.outline[:, 1].max() - 8
    assert 0.3 * breasts.HEIGHT < breast.nipple[1] < 0.7 * breasts.HEIGHT


def test_only_the_oblique_view_shows_the_muscle_and_it_ends_near_the_nipple():
    oblique = made(PATIENTS[0], Side.LEFT, View.MLO)

    assert made(PATIENTS[0], Side.LEFT, View.CC).muscle[:, 1].max() == 0
    assert 40 < oblique.muscle[0, 1] < 110
    assert oblique.muscle[oblique.muscle[:, 0] > oblique.nipple[1] + 10, 1].max() == 0


def test_a_cc_view_ends_within_the_detector_and_an_oblique_one_does_not():
    assert made(PATIENTS[0], Side.LEFT, View.CC).outline[[0, -1], 1].max() < 2
    assert made(PATIENTS[0], Side.LEFT, View.MLO).outline[0, 1] > 30


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: str(patient.number))
def test_one_breast_has_the_finding_in_both_views_at_one_depth(patient):
    found = {
        (side, view): made(patient, side, view).finding for side in Side for view in View
    }  # fmt: skip
    sides = {side for (side, _), finding in found.items() if finding}

    assert len(sides) == 1
    (side,) = sides
    assert found[side, View.CC].kind is found[side, View.MLO].kind is patient.abnormality
    assert abs(found[side, View.CC].place[0] - found[side, View.MLO].place[0]) < 25


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: str(patient.number))
def test_a_finding_lies_within_the_skin(patient):
    for side in Side:
        for view in View:
            breast = made(patient, side, view)
            if breast.finding:
                x, y = breast.finding.place
                assert x + 5 < np.interp(y, breast.outline[:, 0], breast.outline[:, 1])


def test_who_has_no_illness_of_the_breast_has_no_finding():
    body = bodies.of(PATIENTS[0])

    for side in Side:
        assert breasts.of(body, Abnormality.PNEUMONIA, side, View.CC).finding is None


def test_breasts_lose_density_with_age():
    young = min(PATIENTS, key=lambda patient: patient.age)
    old = max(PATIENTS, key=lambda patient: patient.age)

    assert made(young, Side.LEFT, View.CC).dense > made(old, Side.LEFT, View.CC).dense
