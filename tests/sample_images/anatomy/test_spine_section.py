import numpy as np

from sample_images.anatomy import body as bodies
from sample_images.anatomy import spine as spines
from sample_images.anatomy.section import Plane, Tissue
from sample_images.anatomy.spine_section import layers
from sample_images.patients import Modality, plan

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MR)
BODY = bodies.of(PATIENT)
SPINE = spines.of(BODY, PATIENT.abnormality)


def painted(x):
    y = np.arange(-140, 150, 2.0, dtype=np.float32)
    plane = Plane(x, y, np.arange(140, -150, -2.0, dtype=np.float32))
    image = np.full((len(plane.z), len(y)), -1)
    for layer in layers(SPINE, BODY, plane):
        part = image[layer.window]
        part[layer.share > 0.5] = layer.tissue.value
    return plane, image


def test_from_front_to_back_comes_body_water_and_skin():
    plane, image = painted(0.0)
    row = image[np.argmin(np.abs(plane.z))]  # through the third lumbar vertebra
    places = {tissue: np.flatnonzero(row == tissue.value) for tissue in Tissue}

    assert places[Tissue.MARROW].min() < places[Tissue.CSF].min()
    assert places[Tissue.CSF].max() < places[Tissue.FAT].max() < places[Tissue.SKIN].max()
    assert row[-1] == -1  # air behind


def test_muscles_lie_beside_the_middle():
    _, middle = painted(0.0)
    _, beside = painted(22.0)

    assert (beside == Tissue.MUSCLE.value).sum() > 2 * (middle == Tissue.MUSCLE.value).sum()
    assert not (beside == Tissue.CSF.value).any()


def test_the_aorta_lies_on_the_left():
    _, left = painted(9.0)
    _, right = painted(-3.0)

    assert (left == Tissue.BLOOD.value).sum() > (right == Tissue.BLOOD.value).sum()


def test_shares_are_shares():
    y = np.arange(-140, 150, 3.0, dtype=np.float32)
    plane = Plane(13.2, y, y[::-1].copy())
    for layer in layers(SPINE, BODY, plane):
        assert layer.share.min(initial=0) >= 0
        assert layer.share.max(initial=1) <= 1
