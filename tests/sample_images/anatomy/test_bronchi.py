from dataclasses import replace

import numpy as np

from sample_images.anatomy import bronchi
from sample_images.anatomy.thorax import Thorax


def test_bronchi_run_in_both_lungs_within_their_walls(chest):
    air, wall = bronchi.lumina(chest), bronchi.walls(chest)

    for cloud in (air, wall):
        assert chest.grid.at(chest.lungs, cloud.points).min() > 0
        assert (cloud.points[:, 0] > 0).any()
        assert (cloud.points[:, 0] < 0).any()
    assert wall.contrast.sum() > air.contrast.sum()


def test_the_gullet_runs_down_in_front_of_the_spine(chest):
    z, _, x = np.nonzero(bronchi.gullet(chest.grid) > 0)

    assert chest.grid.z[z].min() < -270
    assert abs(np.median(chest.grid.x[x])) < 15


def test_chalk_lies_in_the_wall_of_old_aortas_only(man):
    young, old = (Thorax(replace(man, age=age), upright=False) for age in (30, 80))

    assert len(bronchi.plaques(young).points) == 0
    away = old.grid.at(old.great_vessels_without_fat, bronchi.plaques(old).points)
    assert np.median(np.abs(away)) < 4
