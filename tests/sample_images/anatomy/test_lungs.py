import numpy as np

from sample_images.anatomy import lungs
from sample_images.anatomy.fields import single


def test_the_right_dome_stands_higher():
    right, left = lungs.diaphragm(single([-56, 56]), single([-14, -14]))

    assert right > left + 8


def test_the_diaphragm_falls_towards_the_wall_most_of_all_behind():
    y = single([-90, -14, 80])
    front, middle, back = lungs.diaphragm(single([-56, -56, -56]), y)

    assert back < front < middle


def test_the_right_lung_is_the_larger_one(chest):
    x = chest.grid.x
    right, left = ((chest.cavity[:, :, side] > 0).sum() for side in (x < 0, x > 0))

    assert 1.02 < right / left < 1.6
    assert 4.0e6 < (right + left) * 64 < 7.5e6  # cubic mm: a full breath


def test_neither_heart_nor_windpipe_lies_in_the_lung(chest):
    assert chest.cavity[chest.chambers > 1].max() <= 0
    assert chest.cavity[chest.airways > 1].max() <= 0


def test_the_windpipe_forks_in_the_chest(chest):
    grid = chest.grid
    above, below = (chest.airways[np.argmin(np.abs(grid.z - z))] > 0 for z in (-40, -124))

    assert above[:, np.abs(grid.x) < 12].any()
    assert below[:, grid.x < -16].any()
    assert below[:, grid.x > 16].any()


def test_gas_lies_under_the_left_dome(chest):
    grid, gas = chest.grid, chest.gas
    z, _, x = np.nonzero(gas > 0)

    assert grid.x[x].min() > 0
    assert (lungs.above_diaphragm(grid)[gas > 0] < 0).all()
    assert grid.z[z].max() < -lungs.DOME


def test_noise_is_even_and_smooth(chest):
    noise = lungs.noise(chest.grid, np.random.default_rng(1), 16)

    assert noise.shape == chest.grid.shape
    assert abs(noise.mean()) < 0.3
    assert np.abs(np.diff(noise, axis=2)).mean() < 0.6
