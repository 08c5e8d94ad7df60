from dataclasses import replace

import numpy as np
import pytest

from sample_images.anatomy import body as bodies
from sample_images.patients import Sex, plan

PATIENT = next(plan(1))


def test_the_same_patient_has_the_same_body_and_another_seed_another():
    assert bodies.of(PATIENT) == bodies.of(PATIENT)
    assert bodies.of(PATIENT) != bodies.of(replace(PATIENT, seed=PATIENT.seed + 1))


def test_taller_is_longer_heavier_is_deeper_and_fatter():
    short, tall = (bodies.of(replace(PATIENT, height_m=h)) for h in (1.5, 1.9))
    light, heavy = (bodies.of(replace(PATIENT, weight_kg=w)) for w in (50.0, 100.0))

    assert tall.lengthwise > short.lengthwise
    assert heavy.deep > light.deep
    assert heavy.fat > light.fat


def test_only_women_have_breasts_here_and_old_bones_hold_less_mineral():
    woman, man = (bodies.of(replace(PATIENT, sex=sex)) for sex in (Sex.F, Sex.M))
    young = bodies.of(replace(PATIENT, birth_date=PATIENT.birth_date.replace(year=1990)))

    assert woman.breast > 0
    assert man.breast == 0
    assert bodies.of(PATIENT).bone < young.bone


@pytest.mark.parametrize("patient", list(plan(60)), ids=lambda patient: str(patient.number))
def test_no_one_leaves_the_bounds_of_a_human(patient):
    body = bodies.of(patient)

    assert 0.75 < body.across < 1.3
    assert 0.7 < body.deep < 1.4
    assert 0.75 < body.lengthwise < 1.25
    assert 5 <= body.fat <= 40


def test_parts_draw_their_own_numbers():
    body = bodies.of(PATIENT)

    assert body.draw("ribs").random() == body.draw("ribs").random()
    assert body.draw("ribs").random() != body.draw("spine").random()
    assert not np.allclose(body.draw("ct", 1).random(4), body.draw("ct", 2).random(4))
