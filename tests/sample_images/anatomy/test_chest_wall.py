import numpy as np

from sample_images.anatomy import cage, chest_wall
from sample_images.anatomy.skin import skin


def test_muscles_lie_outside_the_ribs_and_under_the_skin(chest, man):
    wall, skin = cage.wall(chest.grid), chest.skin(arms_raised=True)
    deep, outer = chest_wall.muscles(chest.grid, man, wall, skin)

    for muscle in (deep, outer):
        assert (muscle > 0).any()
        assert wall[muscle > 0].max() < -chest_wall.RIBS + 0.1
        assert skin[muscle > 0].min() > 0
    assert not ((deep > 0) & (outer > 0) & (chest.grid.axes[2] < -120)).any()


def test_ribs_lie_in_their_layer(chest):
    layer = chest_wall.between_ribs(cage.wall(chest.grid))
    side = chest.ribs[5].course[len(chest.ribs[5].course) // 3 :]

    assert chest.grid.at(layer, side).min() > -2


def test_the_canal_runs_behind_the_vertebral_bodies(chest):
    canal = chest_wall.canal(chest.grid)
    _, _, x = np.nonzero(canal > 2)

    assert abs(chest.grid.x[x].mean()) < 3
    assert chest_wall.beside_spine(chest.grid)[canal > 2].min() > 0


def test_only_women_have_glands_and_these_lie_in_the_breasts(chest, man, woman):
    surface = skin(chest.grid, woman, arms_raised=True)
    glands = chest_wall.glands(chest.grid, woman, surface)

    assert (glands > 0).any()
    assert surface[glands > 0].min() >= 6
    assert (chest_wall.glands(chest.grid, man, surface) < 0).all()
