import numpy as np
import pytest

from sample_images.anatomy import body as bodies
from sample_images.anatomy import breast as breasts
from sample_images.anatomy.breast import Side, View
from sample_images.anatomy.breast_findings import draw_all
from sample_images.anatomy.breast_section import lattice
from sample_images.patients import Abnormality, Modality, plan

PATIENT = next(patient for patient in plan(16) if patient.modality is Modality.MG)
BODY = bodies.of(PATIENT)
AT = lattice(1147, 957)


def drawn(abnormality):
    """A picture of even fat, the same with everything drawn in, and where the finding is."""
    for side in Side:
        breast = breasts.of(BODY, abnormality, side, View.MLO)
        if breast.finding:
            picture = np.full(AT.shape, 0.3, dtype=np.float32)
            draw_all(picture, AT, breast, BODY)
            x, y = breast.finding.place
            return picture, int(y / AT.pitch), int(x / AT.pitch)
    raise AssertionError(abnormality)


@pytest.mark.parametrize("abnormality", [Abnormality.SPICULATED_MASS, Abnormality.CYST])
def test_a_mass_is_denser_than_what_is_round_it(abnormality):
    picture, row, column = drawn(abnormality)

    assert picture[row - 5 : row + 5, column - 5 : column + 5].mean() > 0.5


def test_strands_run_out_of_a_spiculated_mass():
    picture, row, column = drawn(Abnormality.SPICULATED_MASS)
    far = int(15 / AT.pitch)
    ring = [
        picture[int(row + far * np.sin(way)), int(column + far * np.cos(way))]
        for way in np.linspace(0, 6.28, 400)
    ]

    assert np.ptp(ring) > 0.04


def test_a_cyst_has_a_sharp_dark_halo():
    picture, row, column = drawn(Abnormality.CYST)
    around = picture[row - 80 : row + 80, column - 80 : column + 80]

    assert around.min() < 0.25


def test_grains_are_many_small_and_bright():
    picture, row, column = drawn(Abnormality.MICROCALCIFICATIONS)
    around = picture[row - 100 : row + 100, column - 100 : column + 100] > 0.55

    assert 20 < around.sum() < 0.05 * around.size


def test_a_healthy_breast_only_gets_vessels_and_a_node():
    breast = breasts.of(BODY, Abnormality.PNEUMONIA, Side.LEFT, View.MLO)
    picture = np.full(AT.shape, 0.3, dtype=np.float32)
    draw_all(picture, AT, breast, BODY)

    assert 0.35 < picture.max() < 0.45
