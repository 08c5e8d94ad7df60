import numpy as np


def test_vessels_fill_both_lungs_and_stay_inside(chest):
    points = chest.vessels.points
    inside = chest.grid.at(chest.cavity, points)

    assert inside.min() > 0
    for side in (points[:, 0] < 0, points[:, 0] > 0):
        assert side.sum() > 50_000
        assert np.ptp(points[side][:, 2]) > 200


def test_vessels_are_densest_near_the_hila(chest):
    x = np.abs(chest.vessels.points[:, 0])
    weight = chest.vessels.contrast

    assert weight[(x > 40) & (x < 70)].sum() > 2 * weight[x > 100].sum()
