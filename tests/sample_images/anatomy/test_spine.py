from itertools import pairwise

import numpy as np
import pytest

from sample_images.anatomy import body as bodies
from sample_images.anatomy import spine as spines
from sample_images.patients import Abnormality, Modality, plan

PATIENTS = [patient for patient in plan(64) if patient.modality is Modality.MR]
HEALTHY = Abnormality.CYST  # anything that is not of the spine


def spine(abnormality=HEALTHY, patient=PATIENTS[0]):
    return spines.of(bodies.of(patient), abnormality)


def named(made):
    return {vertebra.name: vertebra for vertebra in made.vertebrae}


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: str(patient.number))
def test_vertebrae_stand_on_each_other_and_lumbar_ones_are_the_largest(patient):
    made = spines.of(bodies.of(patient), patient.abnormality)
    heights = [vertebra.centre[1] for vertebra in made.vertebrae]

    assert heights == sorted(heights)
    assert named(made)["L4"].depth > named(made)["T10"].depth
    for lower, upper in pairwise(made.vertebrae):
        assert upper.centre[1] - lower.centre[1] > 0.3 * (lower.height + upper.height) / 2


def test_the_third_lumbar_vertebra_is_the_origin():
    assert named(spine())["L3"].centre == (0, 0)


def test_the_lower_back_is_hollow_and_the_sacrum_lies_behind():
    vertebrae = named(spine())

    assert vertebrae["S3"].centre[0] > vertebrae["L5"].centre[0] + 15
    assert vertebrae["T10"].centre[0] > vertebrae["L3"].centre[0]


def test_discs_lie_between_their_vertebrae():
    made = spine()
    for disc, (lower, upper) in zip(made.discs, pairwise(made.vertebrae), strict=True):
        assert disc.above == upper.name
        assert lower.centre[1] < disc.centre[1] < upper.centre[1]


def test_a_slipped_vertebra_lies_too_far_forward():
    shift = named(spine(Abnormality.SPONDYLOLISTHESIS))["L5"].centre[0]
    usual = named(spine())["L5"].centre[0]

    assert shift > usual + 5  # seen from L3, the fifth lies further back


def test_a_broken_vertebra_has_lost_height_and_is_the_only_one():
    broken = [v for v in spine(Abnormality.VERTEBRAL_FRACTURE).vertebrae if v.collapse]

    assert len(broken) == 1
    assert broken[0].name in {"T12", "L1", "L2"}
    assert 0.3 < broken[0].collapse / broken[0].height < 0.7


@pytest.mark.parametrize(
    ("abnormality", "trait"),
    [(Abnormality.DISC_HERNIATION, "herniation"), (Abnormality.DEGENERATED_DISC, "endplate_fat")],
)
def test_one_low_disc_is_ill_and_dark(abnormality, trait):
    ill = [disc for disc in spine(abnormality).discs if getattr(disc, trait)]

    assert [disc.above in {"L4", "L5"} for disc in ill] == [True]
    assert ill[0].water < 0.3
    assert not any(getattr(disc, trait) for disc in spine().discs)


def test_discs_dry_with_age():
    young = min(PATIENTS, key=lambda patient: patient.age)
    old = max(PATIENTS, key=lambda patient: patient.age)

    def mean(patient):
        return np.mean([disc.water for disc in spine(patient=patient).discs])

    assert mean(young) > mean(old)


def test_the_canal_runs_behind_the_bodies():
    made = spine()
    for vertebra in made.vertebrae:
        if vertebra.lumbar:
            wall = spines.along(made.canal, vertebra.centre[1])
            assert vertebra.centre[0] < wall < vertebra.centre[0] + vertebra.depth
