"""Arteries and veins of the lungs, from the hila outwards."""

import numpy as np

from sample_images.anatomy import tree
from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, Point
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.tissues import BLOOD, LUNG

# Where a tree starts, which way it sets out, how many twigs it has, and whether it feeds the
# upper part of its lung only.
_HILA: tuple[tuple[Point, Point, int, bool], ...] = (
    ((48, 28, -131), (0.3, 0.3, -1), 420, False),  # arteries
    ((42, 10, -116), (0.5, -0.3, 0.8), 260, True),
    ((-43, 14, -145), (-0.35, 0.2, -1), 460, False),
    ((-44, 4, -116), (-0.5, -0.2, 0.8), 260, True),
    ((43, 29, -172), (1, 0.2, -0.3), 300, False),  # veins
    ((43, 5, -142), (0.6, -0.7, 0.5), 200, True),
    ((-44, 23, -170), (-1, 0.1, -0.3), 300, False),
    ((-42, 2, -143), (-0.6, -0.7, 0.5), 200, True),
)


def vessels(body: Body, grid: Grid, cavity: Floats) -> Cloud:
    """Arteries and veins of both lungs within `cavity`."""
    draw = body.draw("vessels")
    spots = draw.uniform((-140, -98, -300), (140, 98, 5), (26000, 3)).astype(np.float32)
    spots = spots[grid.at(cavity, spots) > 4]
    goals, owner = [], []
    for number, (root, _, twigs, upper) in enumerate(_HILA):
        mine = spots[(spots[:, 0] > 0) == (root[0] > 0)]
        mine = mine[mine[:, 2] > root[2] - 6] if upper else mine[mine[:, 2] < -112]
        goals.append(mine[draw.permutation(len(mine))[:twigs]])
        owner.append(np.full(len(goals[-1]), number))
    roots, ways = (np.array([hilum[i] for hilum in _HILA], np.float32) for i in (0, 1))
    grown = tree.grow(roots, ways, np.concatenate(goals), np.concatenate(owner), draw)
    filled = tree.cloud(grown, BLOOD - LUNG)
    return filled.where(grid.at(cavity, filled.points) > 0.3)
