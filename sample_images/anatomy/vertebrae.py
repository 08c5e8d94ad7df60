"""The spine behind the chest: cervical vertebra 5 to lumbar vertebra 3.

One vertebra is carved from implicit shapes on a fine lattice; each level is that one, stretched
to its size, tilted and put in its place.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from sample_images.anatomy import cage
from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import FAR, Floats, single, table
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.tissues import CANCELLOUS_BONE, CORTICAL_BONE, MUSCLE

_DISC = 4.6  # mm
_LATTICE = 0.9  # mm
# Middle of the vertebral bodies (y) at depths below the top of T1.
_DEPTH = (-70, -20, 0, 40, 80, 120, 160, 200, 240, 275, 310, 350)
_BACK = (2, 11, 18, 32, 44, 52, 55, 54, 49, 41, 32, 24)


def axis_of_spine(z: Floats) -> Floats:
    """Where the vertebral bodies have their middle at height z: (n, 2) of x and y, mm."""
    return np.stack([np.zeros_like(z), table(_DEPTH, _BACK, -z)], -1)


@dataclass(frozen=True)
class Level:
    """One vertebra's place: top and bottom of its body (mm), breadth as a factor."""

    name: str
    top: float
    bottom: float
    broad: float


def levels() -> list[Level]:
    """C5 to L3."""
    names = ["C5", "C6", "C7", *(f"T{n}" for n in range(1, 13)), "L1", "L2", "L3"]
    tops = [50.0, 34.0, 17.5, *(-t for t in cage.TOPS)]
    tops.append(tops[-1] - 36)
    broad = np.interp(range(18), (0, 3, 6, 10, 14, 17), (0.85, 0.98, 0.94, 1.05, 1.32, 1.5))
    places = zip(names, pairwise(tops), broad, strict=True)
    return [Level(name, top, below, float(b)) for name, (top, below), b in places]


def _capsule(p: Floats, one: tuple[float, ...], other: tuple[float, ...],
             half: tuple[float, float, float]) -> Floats:  # fmt: skip
    """A straight piece of bone between two points with an elliptical section; FAR around it."""
    scale = np.asarray(half, np.float32)
    low, high = np.minimum(one, other) - scale, np.maximum(one, other) + scale
    near = np.flatnonzero(((p > low) & (p < high)).all(1))
    a, b = np.asarray(one, np.float32) / scale, np.asarray(other, np.float32) / scale
    q = p[near] / scale
    share = np.clip(((q - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
    field = np.full(len(p), FAR, np.float32)
    field[near] = (1 - np.linalg.norm(q - a - share[:, None] * (b - a), axis=1)) * scale.min()
    return field


@cache
def carved(height: float) -> tuple[Floats, Floats]:
    """The points of a vertebra whose body is `height` mm high, and how hard each is (HU).

    The origin is the middle of its body.
    """
    spans = (np.arange(-34, 34.1, _LATTICE), np.arange(-17, 60, _LATTICE),
             np.arange(-34, 17, _LATTICE))  # fmt: skip
    p = np.stack(np.meshgrid(*spans, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    draw = np.random.default_rng(12)
    p += draw.uniform(-0.5, 0.5, p.shape).astype(np.float32) * np.float32(_LATTICE)
    x, y, z = np.abs(p[:, 0]), p[:, 1], p[:, 2]
    mirrored = np.stack([x, y, z], 1)
    waist = 1 - 0.11 * np.clip(1 - (z / (height / 2)) ** 2, 0, 1)
    rim = ((x / (16.0 * waist)) ** 2.3 + (np.abs(y) / (13.5 * waist)) ** 2.3) ** (1 / 2.3)
    body = np.minimum((1 - rim) * 13.5, height / 2 - np.abs(z) + 0.8 * np.clip(rim, 0, 1) ** 4)
    canal = (1 - np.sqrt((x / 8.8) ** 2 + ((y - 20.5) / 7.4) ** 2)) * 7.4
    body = np.minimum(body, -canal)
    arch = np.maximum.reduce([
        _capsule(mirrored, (9.5, 9, 4.5), (11.5, 24, 5), (3.2, 3.2, 5.5)),  # pedicle
        _capsule(mirrored, (12, 24, 0), (2, 33, -4), (3.0, 3.0, 8.5)),  # lamina
        _capsule(mirrored, (12, 25, 3), (30, 33, 6), (4.2, 4.2, 4.8)),  # transverse process
        _capsule(mirrored, (12.5, 23, 9), (12.5, 25, 14), (4.5, 2.8, 3)),  # upper facet
        _capsule(mirrored, (11.5, 27, -7), (11.5, 27, -14), (4.5, 2.8, 3)),  # lower facet
        _capsule(mirrored, (0, 33, -3), (0, 52, -20), (2.8, 4.0, 6.5)),  # spinous process
    ])  # fmt: skip
    arch = np.minimum(arch, -canal)
    shape = np.maximum(body, arch)
    inside = shape > 0
    shell = np.where(body > arch, 0.9, 1.2)[inside]
    hard = np.where(shape[inside] < shell, np.where(body > arch, 560, 0.48 * CORTICAL_BONE)[inside],
                    np.where(body > arch, CANCELLOUS_BONE, 160)[inside])  # fmt: skip
    return p[inside], single(hard - MUSCLE)


def spine(body: Body) -> Cloud:
    """All vertebrae as one cloud."""
    draw = body.draw("spine")
    points, hard = carved(20.0)
    bend = draw.normal(0, 1.6)
    clouds = []
    for level in levels():
        middle = (level.top + level.bottom) / 2
        high = (level.top - level.bottom - _DISC) / 20.0
        ((x, y),) = axis_of_spine(np.array([middle], np.float32))
        (_, above), (_, below) = axis_of_spine(np.array([middle + 8, middle - 8], np.float32))
        tilt = np.arctan2(below - above, 16)  # forward lean of the body's axis
        stretch = np.array([level.broad, 0.35 + 0.65 * level.broad, high], np.float32)
        p = points * stretch
        if level.name.startswith("L"):  # lumbar spinous processes point straight back
            p[:, 2] += np.clip(p[:, 1] - 24, 0, None) * 0.75
        short = table((-60, 0, 150, 240, 275, 330), (0.85, 1.0, 0.85, 0.5, 0.45, 0.8),
                      np.array([-middle], np.float32))[0]  # fmt: skip
        far = np.abs(p[:, 0]) - 15 * level.broad  # transverse processes
        p[:, 0] -= np.sign(p[:, 0]) * np.clip(far, 0, None) * (1 - short)
        c, s = np.cos(tilt), np.sin(tilt)
        turned = np.stack([p[:, 0], p[:, 1] * c - p[:, 2] * s, p[:, 1] * s + p[:, 2] * c], 1)
        aside = x + bend * np.sin(middle / 90)
        clouds.append(Cloud(turned + np.array([aside, y, middle], np.float32),
                            hard * np.float32(stretch.prod() * _LATTICE**3)))  # fmt: skip
    return Cloud.joined(clouds)
