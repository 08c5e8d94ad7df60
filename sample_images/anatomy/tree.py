"""Vessels of the lungs: a tree that halves the lung until each twig has its own small share.

Radii follow Murray's law, so that vessels thin out towards the pleura as they branch.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sample_images.anatomy.fields import Floats, Ints, single
from sample_images.anatomy.points import Cloud, disc

_TWIG = 0.5  # radius of the last branches, mm
_MURRAY = 2.35  # exponent of radii at a fork


@dataclass
class Tree:
    """Branches: start and end, the directions at both, how many twigs each feeds; a row each."""

    start: Floats
    end: Floats
    comes: Floats
    goes: Floats
    twigs: Floats


def grow(roots: Floats, ways: Floats, goals: Floats, owner: Ints,
         draw: np.random.Generator) -> Tree:  # fmt: skip
    """Trees from `roots` (t, 3), which set out along `ways`, to `goals` (n, 3).

    `owner` (n) says which root feeds each goal. All branches of one generation grow at once.
    """
    here, came, node = roots, _unit(ways), owner
    turned = goals @ np.linalg.qr(draw.normal(size=(3, 3)))[0].astype(np.float32)
    grown = []
    while len(goals):
        number = np.bincount(node, minlength=len(here)).astype(np.float32)
        centre = _sums(node, goals, len(here)) / np.maximum(number, 1)[:, None]
        toward = centre - here
        far = np.linalg.norm(toward, axis=1, keepdims=True)
        reach = np.interp(number, (2, 8, 40, 200), (0.5, 0.38, 0.26, 0.17))[:, None]
        reach = np.where(number[:, None] == 1, 1, 0.85 * reach * draw.uniform(0.8, 1.25, far.shape))
        sway = came * 0.12 + draw.normal(0, 0.035, here.shape)
        end = here + toward * reach + np.where(number[:, None] == 1, 0, far * sway)
        goes = _unit(_unit(toward) + 0.5 * came)
        some = number > 0
        grown.append(Tree(*(a[some].astype(np.float32)
                            for a in (here, end, came, goes, number))))  # fmt: skip
        more = number[node] > 1
        goals, turned, node = goals[more], turned[more], node[more]
        node, parent = _halved(node, turned, number, draw)
        here, came = end[parent], goes[parent]
    return Tree(*(np.concatenate(column) for column in zip(*map(_columns, grown), strict=True)))


def _halved(node: Ints, places: Floats, number: Floats,
            draw: np.random.Generator) -> tuple[Ints, Ints]:  # fmt: skip
    """Which of the next branches each goal belongs to, and which branch each of those leaves."""
    mean = _sums(node, places, len(number)) / np.maximum(number, 1)[:, None]
    spread = _sums(node, (places - mean[node]) ** 2, len(number))
    axis = spread.argmax(1)
    order = np.lexsort((places[np.arange(len(node)), axis[node]], node))
    cut = np.clip(np.round(number * draw.uniform(0.34, 0.66, len(number))), 1, number - 1)
    held = np.bincount(node, minlength=len(number))
    first = np.cumsum(held) - held
    rank = np.arange(len(node)) - first[node[order]]
    side = np.empty(len(node), dtype=np.intp)
    side[order] = rank >= cut[node[order]]
    parents, branch = np.unique(2 * node + side, return_inverse=True)
    return branch, parents // 2


def _columns(tree: Tree) -> tuple[Floats, ...]:
    return tree.start, tree.end, tree.comes, tree.goes, tree.twigs


def _unit(vectors: Floats) -> Floats:
    return single(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6))


def _sums(node: Ints, values: Floats, number: int) -> Floats:
    return single(np.stack([np.bincount(node, column, number) for column in values.T], 1))


def radii(tree: Tree, twig: float = _TWIG) -> Floats:
    """Radius of each branch, mm."""
    return single(twig * tree.twigs ** (1 / _MURRAY))


def cloud(tree: Tree, contrast: float, *, twig: float = _TWIG, step: float = 0.6) -> Cloud:
    """All branches as points that fill their tubes."""
    far = np.linalg.norm(tree.end - tree.start, axis=1)
    number = np.maximum(2, np.ceil(far / step)).astype(np.intp)
    branch = np.repeat(np.arange(len(far)), number)
    first = np.repeat(np.cumsum(number) - number, number)
    t = ((np.arange(number.sum()) - first + 0.5) / number[branch]).astype(np.float32)[:, None]
    pull = (far * 0.45)[branch][:, None]
    goes = tree.goes
    a, b = tree.start[branch], tree.end[branch]
    c = a + tree.comes[branch] * pull * 0.75
    d = b - goes[branch] * pull * 0.75
    place = a * (1 - t) ** 3 + 3 * c * t * (1 - t) ** 2 + 3 * d * t * t * (1 - t) + b * t**3
    slope = (c - a) * (1 - t) ** 2 + 2 * (d - c) * t * (1 - t) + (b - d) * t * t
    slope /= np.linalg.norm(slope, axis=1, keepdims=True) + 1e-6
    radius = radii(tree, twig)[branch]
    length = (far / number)[branch] * np.float32(1.03)
    return _filled(place, slope, radius, length, contrast)


def _filled(place: Floats, along: Floats, radius: Floats, length: Floats,
            contrast: float) -> Cloud:  # fmt: skip
    u = np.cross(along, np.array([0.31, 0.42, 0.85], np.float32))
    u /= np.linalg.norm(u, axis=1, keepdims=True) + 1e-6
    v = np.cross(along, u)
    clouds = []
    edges = (0, 0.7, 1.1, 1.7, 2.6, 4.0, 6.0, 99)
    for low, high in pairwise(edges):
        some = np.flatnonzero((radius >= low) & (radius < high))
        if not len(some):
            continue
        mean = radius[some].mean()
        spread = disc(int(np.clip(3.3 * mean**2 / 0.5, 4, 220)))
        r = radius[some][:, None, None]
        points = place[some][:, None] + r * (u[some][:, None] * spread[:, :1]
                                             + v[some][:, None] * spread[:, 1:])  # fmt: skip
        amount = np.pi * radius[some] ** 2 * length[some] * contrast / len(spread)
        clouds.append(Cloud(points.reshape(-1, 3).astype(np.float32),
                            np.repeat(amount, len(spread)).astype(np.float32)))  # fmt: skip
    return Cloud.joined(clouds)
