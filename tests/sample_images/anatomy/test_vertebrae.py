from itertools import pairwise

import numpy as np

from sample_images.anatomy import vertebrae


def test_the_levels_follow_one_another_without_gaps():
    levels = vertebrae.levels()

    assert [level.name for level in levels[3:15]] == [f"T{n}" for n in range(1, 13)]
    assert all(a.bottom == b.top for a, b in pairwise(levels))


def test_a_vertebra_has_a_canal_between_body_and_arch():
    points, hard = vertebrae.carved(20.0)
    canal = (np.abs(points[:, 0]) < 6) & (np.abs(points[:, 1] - 20.5) < 5) & (points[:, 2] > 0)

    assert not canal.any()
    assert (points[:, 1] < 10).any()
    assert (points[:, 1] > 50).any()  # spinous process
    assert hard.max() > 2 * hard.min()


def test_the_chest_bends_the_spine_backwards(man):
    y = vertebrae.axis_of_spine(-np.array([0, 150, 300], np.float32))[:, 1]

    assert y[1] > y[0] + 20
    assert y[1] > y[2] + 10


def test_discs_are_free_of_bone(man):
    spine = vertebrae.spine(man)
    near = np.abs(spine.points[:, 0]) < 8
    t8 = next(level for level in vertebrae.levels() if level.name == "T8")
    y = vertebrae.axis_of_spine(np.array([t8.bottom], np.float32))[0, 1]
    column = spine.points[near & (np.abs(spine.points[:, 1] - y) < 6)]
    at = np.abs(column[:, 2] - t8.bottom)

    assert (at < 1.2).sum() < 0.15 * ((at > 4) & (at < 5.2)).sum()
