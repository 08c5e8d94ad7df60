import numpy as np

from sample_images.anatomy.skin import skin


def test_the_skin_holds_everything_else(chest):
    surface = chest.skin(arms_raised=False)

    assert surface[chest.cavity > 0].min() > 8
    assert chest.grid.at(surface, chest.cage.points).min() > 0
    assert chest.grid.at(surface, chest.spine.points).min() > 0


def test_women_have_breasts_in_front(chest, woman, man):
    grid = chest.grid
    level = np.argmin(np.abs(grid.z + 186))
    front = [grid.y[np.flatnonzero((skin(grid, body, arms_raised=False)[level] > 0).any(1))[0]]
             for body in (woman, man)]  # fmt: skip

    assert front[0] < front[1] - 12


def test_raised_arms_reach_above_the_shoulders(chest):
    grid = chest.grid
    high = grid.z > 60
    raised, hanging = (chest.skin(arms_raised=up)[high] > 0 for up in (True, False))

    assert raised[:, :, grid.x > 120].any()
    assert not hanging[:, :, grid.x > 120].any()
