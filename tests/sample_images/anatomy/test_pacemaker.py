import numpy as np
import pytest

from sample_images.patients import Abnormality


@pytest.fixture
def chest(ill):
    return ill(Abnormality.PACEMAKER)


def test_the_generator_is_under_the_skin_of_the_left_chest(chest):
    x, y, z = chest.metal.points.T
    generator = (np.abs(x - 82) < 20) & (np.abs(z + 74) < 18)

    assert generator.sum() > 10_000
    assert y[generator].max() < -50
    skin = chest.grid.at(chest.skin(arms_raised=False), chest.metal.points)
    assert skin.min() > -1


def test_one_lead_ends_in_the_right_atrium_and_one_at_the_apex_of_the_right_ventricle(chest):
    atrium = np.linalg.norm(chest.metal.points - (-8, -48, -172), axis=1)
    ventricle = np.linalg.norm(chest.metal.points - (54, -64, -222), axis=1)

    for away in (atrium, ventricle):
        tip = chest.metal.contrast[away < 3].sum()
        lead = chest.metal.contrast[(away > 20) & (away < 23)].sum()
        assert tip > 3 * lead > 0


def test_both_leads_pass_through_the_superior_vena_cava(chest):
    x, y, z = chest.metal.points.T
    vein = (np.hypot(x + 25, y + 11) < 8) & (np.abs(z + 120) < 4)

    assert vein.sum() > 100
