"""Shapes as signed distance: positive inside, in mm, sampled on a coarse grid.

A distance is smooth where a tissue label jumps, so a 4 mm grid gives borders that are sharp to a
tenth of that: what is interpolated is the distance, and only then is inside told from outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]
Point = tuple[float, float, float]

FAR = -60.0  # mm: outside, and too far away to matter


@dataclass(frozen=True)
class Grid:
    """Where fields are sampled: x, y and z in mm, each ascending in even steps.

    Fields are arrays in the order z, y, x.
    """

    x: Floats
    y: Floats
    z: Floats

    @classmethod
    def spanning(cls, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float],
                 step: float) -> "Grid":  # fmt: skip
        """Even steps of `step` mm over the three ranges."""
        return cls(*(np.arange(low, high + step / 2, step, dtype=np.float32)
                     for low, high in (x, y, z)))  # fmt: skip

    @property
    def axes(self) -> tuple[Floats, Floats, Floats]:
        """X, Y and Z, shaped to broadcast against each other."""
        return self.x[None, None, :], self.y[None, :, None], self.z[:, None, None]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of a field."""
        return len(self.z), len(self.y), len(self.x)

    def empty(self) -> Floats:
        """A field with nothing in it."""
        return np.full(self.shape, FAR, dtype=np.float32)

    def box(self, low: Sequence[float], high: Sequence[float]) -> tuple[slice, slice, slice]:
        """Which part of a field lies between two corners (x, y, z)."""
        part = []
        for axis, first, last in zip((self.x, self.y, self.z), low, high, strict=True):
            part.append(slice(*np.searchsorted(axis, (first, last))))
        return part[2], part[1], part[0]

    def within(self, part: tuple[slice, slice, slice]) -> "Grid":
        """The grid of one box."""
        return Grid(self.x[part[2]], self.y[part[1]], self.z[part[0]])

    def at(self, field: Floats, points: Floats) -> Floats:
        """`field` at points (n, 3) given as x, y, z, linear between samples."""
        result = np.zeros(len(points), dtype=np.float32)
        low, part = [], []
        for axis, values in zip((self.x, self.y, self.z), points.T, strict=True):
            place = np.clip((values - axis[0]) / (axis[1] - axis[0]), 0, len(axis) - 1.001)
            low.append(place.astype(np.intp))
            part.append((place - low[-1]).astype(np.float32))
        _, rows, columns = field.shape
        flat = field.ravel()
        base = (low[2] * rows + low[1]) * columns + low[0]
        for corner in range(8):
            weight, step = np.float32(1), 0
            for axis_number, stride in enumerate((1, columns, rows * columns)):
                far = (corner >> axis_number) & 1
                step += far * stride
                weight = weight * (part[axis_number] if far else 1 - part[axis_number])
            result += weight * flat[base + step]
        return result


def single(values: npt.ArrayLike) -> Floats:
    """`values` as 32-bit floats: enough for tissue, and half the memory."""
    return np.asarray(values, dtype=np.float32)


def blend(one: Floats, other: Floats, over: float) -> Floats:
    """The union of two shapes, their seam filled in over `over` mm."""
    share = np.clip(0.5 + (other - one) * np.float32(0.5 / over), 0, 1)
    return single(one + (other - one) * share + np.float32(over) * share * (1 - share))


def ellipsoid(grid: Grid, centre: Point, half: Point, axis: Point | None = None) -> Floats:
    """An ellipsoid; `half` are its half axes along x, y, z, or along a frame whose z is `axis`."""
    X, Y, Z = grid.axes
    x, y, z = X - centre[0], Y - centre[1], Z - centre[2]
    if axis is not None:
        u, v, w = frame(axis)
        x, y, z = (x * e[0] + y * e[1] + z * e[2] for e in (u, v, w))
    near = (x / half[0]) ** 2 + (y / half[1]) ** 2 + (z / half[2]) ** 2
    steep = (x / half[0] ** 2) ** 2 + (y / half[1] ** 2) ** 2 + (z / half[2] ** 2) ** 2
    length = np.sqrt(near)
    return single(length * (1 - length) / np.sqrt(steep + np.float32(1e-9)))


def frame(axis: Point) -> tuple[Floats, Floats, Floats]:
    """Two unit vectors across `axis`, and `axis` itself, as long as one."""
    w = np.asarray(axis, dtype=np.float32)
    w = w / np.linalg.norm(w)
    aside = np.array([0, 1, 0] if abs(w[1]) < 0.9 else [1, 0, 0], dtype=np.float32)
    u = np.cross(aside, w)
    u = single(u / np.linalg.norm(u))
    return u, single(np.cross(w, u)), single(w)


def add(grid: Grid, field: Floats, centre: Point, half: Point, *, axis: Point | None = None,
        over: float = 0) -> None:  # fmt: skip
    """Unite an ellipsoid with `field`, in place, the seam filled in over `over` mm."""
    reach = max(half) + 25
    part = grid.box([c - reach for c in centre], [c + reach for c in centre])
    shape = ellipsoid(grid.within(part), centre, half, axis)
    field[part] = blend(field[part], shape, over) if over else np.maximum(field[part], shape)


def add_tube(grid: Grid, field: Floats, course: Floats, radii: Floats, *, over: float = 0,
             flat: Point | None = None) -> None:  # fmt: skip
    """Unite a tube along `course` (n, 3) with radii (n) in mm, in place.

    `flat` squeezes space along x, y and z before distances are taken.
    """
    squeeze = np.asarray(flat or (1, 1, 1), dtype=np.float32)
    for one, other, r1, r2 in zip(course[:-1], course[1:], radii[:-1], radii[1:], strict=True):
        reach = max(r1, r2) * max(1, 1 / squeeze.min()) + 20
        part = grid.box(np.minimum(one, other) - reach, np.maximum(one, other) + reach)
        box = grid.within(part)
        if 0 in box.shape:
            continue
        a, along = one * squeeze, (other - one) * squeeze
        px, py, pz = (axis * s - c for axis, s, c in zip(box.axes, squeeze, a, strict=True))
        share = np.clip((px * along[0] + py * along[1] + pz * along[2])
                        / np.float32(along @ along + 1e-6), 0, 1)  # fmt: skip
        away = np.sqrt((px - share * along[0]) ** 2 + (py - share * along[1]) ** 2
                       + (pz - share * along[2]) ** 2)  # fmt: skip
        shape = single(r1 + (r2 - r1) * share - away)
        field[part] = blend(field[part], shape, over) if over else np.maximum(field[part], shape)


def spline(points: Sequence[Sequence[float]] | Floats, pieces: int = 6) -> Floats:
    """A smooth course through points of any dimension (Catmull-Rom), `pieces` to each span."""
    p = np.asarray(points, dtype=np.float32)
    p = np.concatenate([[2 * p[0] - p[1]], p, [2 * p[-1] - p[-2]]])
    t = np.linspace(0, 1, pieces, endpoint=False, dtype=np.float32)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None, :] for i in range(4))
    course = b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))) / 2
    return single(np.concatenate([course.reshape(-1, p.shape[1]), p[-2:-1]]))


def table(places: Sequence[float], values: Sequence[float], at: Floats) -> Floats:
    """Smooth values between the entries of a table (Hermite), constant beyond its ends."""
    x, y = np.asarray(places, dtype=np.float32), np.asarray(values, dtype=np.float32)
    slope = np.gradient(y, x)
    where = np.clip(at, x[0], x[-1])
    i = np.clip(np.searchsorted(x, where) - 1, 0, len(x) - 2)
    wide = x[i + 1] - x[i]
    t = (where - x[i]) / wide
    flat = y[i] * (1 + 2 * t) * (1 - t) ** 2 + y[i + 1] * t * t * (3 - 2 * t)
    bent = wide * t * (1 - t) * (slope[i] * (1 - t) - slope[i + 1] * t)
    return single(flat + bent)


def resampled(layer: Floats, rows: Floats, columns: Floats) -> Floats:
    """A picture read at fractional rows and columns, linear between its pixels."""
    columns = np.clip(columns, 0, layer.shape[1] - 1.001)
    rows = np.clip(rows, 0, layer.shape[0] - 1.001)
    c, r = columns.astype(np.intp), rows.astype(np.intp)
    part = single(columns - c)
    wide = layer[:, c] * (1 - part) + layer[:, c + 1] * part
    part = single(rows - r)[:, None]
    result: Floats = wide[r]
    result *= 1 - part
    below = wide[r + 1]
    below *= part
    result += below
    return result
