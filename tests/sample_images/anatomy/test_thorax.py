import numpy as np

from sample_images.anatomy.thorax import Thorax


def test_a_chest_in_good_order_breathes_in_its_whole_cavity(chest):
    assert chest.lungs is chest.cavity
    assert chest.fluid is chest.mass is chest.shrunk is chest.haze is None
    assert len(chest.metal.points) == 0


def test_the_cage_is_alike_on_both_sides(chest):
    x = chest.cage.points[:, 0]

    assert (x > 40).sum() == (x < -40).sum()


def test_the_heart_is_part_of_the_mediastinum(chest):
    assert chest.mediastinum[chest.chambers > 0].min() > -0.1
    assert chest.mediastinum[chest.great_vessels_without_fat > 0].min() > -0.1


def test_the_same_body_makes_the_same_chest_and_another_another(man, woman):
    one, same, other = Thorax(man, True), Thorax(man, True), Thorax(woman, True)

    assert np.array_equal(one.vessels.points, same.vessels.points)
    assert np.array_equal(one.cavity, same.cavity)
    assert not np.array_equal(one.cavity, other.cavity)


def test_the_trunk_fits_a_scanner(chest):
    right, left = chest.trunk_across()

    assert 280 < left - right < 408
