"""Bronchi within the lungs, the gullet, and chalk in old arteries: for cuts through the chest."""

import numpy as np

from sample_images.anatomy import heart, tree
from sample_images.anatomy.fields import Floats, Grid, Point, add_tube
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.thorax import Thorax
from sample_images.anatomy.tissues import BLOOD, LUNG
from sample_images.anatomy.vertebrae import axis_of_spine

# Ends of the main bronchi's branches (see `lungs.BRONCHI`), and which way they go on.
_ENDS: tuple[tuple[Point, Point, int, bool], ...] = (
    ((-54, 14, -108), (-0.6, -0.3, 0.7), 24, True),
    ((-58, 30, -190), (-0.3, 0.3, -1), 34, False),
    ((-50, 24, -160), (-0.7, -0.7, -0.4), 14, False),
    ((58, 8, -118), (0.6, -0.4, 0.6), 28, True),
    ((62, 42, -190), (0.3, 0.3, -1), 30, False),
)
_TWIG = 0.8


def _grown(chest: Thorax) -> tree.Tree:
    draw = chest.body.draw("bronchi")
    spots = draw.uniform((-130, -90, -290), (130, 90, 0), (4000, 3)).astype(np.float32)
    spots = spots[chest.grid.at(chest.cavity, spots) > 16]
    goals, owner = [], []
    for number, (root, _, twigs, upper) in enumerate(_ENDS):
        mine = spots[(spots[:, 0] > 0) == (root[0] > 0)]
        mine = mine[mine[:, 2] > root[2] + 4] if upper else mine[mine[:, 2] < root[2] - 8]
        goals.append(mine[:twigs])
        owner.append(np.full(len(goals[-1]), number))
    roots, ways = (np.array([end[i] for end in _ENDS], np.float32) for i in (0, 1))
    return tree.grow(roots, ways, np.concatenate(goals), np.concatenate(owner), draw)


def lumina(chest: Thorax) -> Cloud:
    """The air in segmental and smaller bronchi."""
    return _inside(chest, tree.cloud(_grown(chest), BLOOD - LUNG, twig=_TWIG))


def walls(chest: Thorax) -> Cloud:
    """The same with their walls."""
    return _inside(chest, tree.cloud(_grown(chest), (BLOOD - LUNG) * 0.8, twig=_TWIG * 1.45))


def _inside(chest: Thorax, cloud: Cloud) -> Cloud:
    return cloud.where(chest.grid.at(chest.lungs, cloud.points) > 0.5)


def gullet(grid: Grid) -> Floats:
    """The oesophagus, in front of the spine."""
    field = grid.empty()
    z = np.arange(60, -300, -18, dtype=np.float32)
    middle = axis_of_spine(z)
    aside = np.interp(-z, (0, 150, 230, 280), (4, 6, 9, 20)).astype(np.float32)
    forward = np.interp(-z, (0, 120, 230, 290), (20, 20, 24, 40)).astype(np.float32)
    course = np.stack([aside, middle[:, 1] - forward, z], 1)
    add_tube(grid, field, course, np.full(len(z), 6.0, np.float32), flat=(0.72, 1, 1))
    return field


def plaques(chest: Thorax) -> Cloud:
    """Chalk in the wall of the aorta, more of it in old age."""
    body = chest.body
    line = heart.aorta(chest.heart, body)
    draw = body.draw("plaques")
    number = int(np.clip((body.age - 52) * 0.8, 0, 26))
    clouds = []
    for _ in range(number):
        at = draw.integers(len(line) // 5, len(line) - 1)
        along = line[at + 1, :3] - line[at, :3]
        u = np.cross(along, draw.normal(size=3))
        u /= np.linalg.norm(u)
        v = np.cross(along, u) / np.linalg.norm(along)
        turn = draw.normal(0, 0.22, 160)
        radius = line[at, 3] + draw.normal(-0.6, 0.45, 160)
        points = line[at, :3] + radius[:, None] * (
            np.cos(turn)[:, None] * u + np.sin(turn)[:, None] * v)  # fmt: skip
        points += along / np.linalg.norm(along) * draw.normal(0, 2.0, (160, 1))
        clouds.append(Cloud(points.astype(np.float32),
                            np.full(160, draw.uniform(180, 520), np.float32)))  # fmt: skip
    return Cloud.joined(clouds)
