"""An X-ray beam through the body: how much of each tissue every ray meets.

The source is a point, so what lies far from the detector is shown larger; rays are taken as
parallel only in how long they stay in a layer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, Mask, Point, resampled, single
from sample_images.anatomy.points import Cloud

SOURCE_TO_DETECTOR = 1800.0  # mm
_CENTRE = -140.0  # height of the central ray in the drawing, mm


class View(Enum):
    """Which side the beam leaves the body by."""

    PA = "PA"  # from the back to the front
    LATERAL = "LATERAL"  # from the right to the left


@dataclass(frozen=True)
class Detector:
    """Pixels behind the body: rows run to the feet, columns to the left hand or to the back."""

    view: View
    body: Body
    rows: int
    columns: int
    pitch: float  # mm between pixels
    scale: Point = field(init=False)

    def __post_init__(self) -> None:
        scale = (self.body.across, self.body.deep, self.body.lengthwise)
        object.__setattr__(self, "scale", scale)

    def _magnified(self, depth: Floats) -> Floats:
        """How much larger things at `depth` (x or y, mm in the person) are shown."""
        if self.view is View.PA:
            away = depth + 152 * self.body.deep + self.body.breast
        else:
            away = 186 * self.body.across + self.body.fat - depth
        return single(SOURCE_TO_DETECTOR / (SOURCE_TO_DETECTOR - away))

    def thickness(self, shape: Floats, grid: Grid, *, coarser: int = 1) -> Floats:
        """How many mm of each ray lie inside a field; `coarser` saves time on smooth shapes.

        Between two layers the distance is taken as linear, so that borders seen edge-on stay
        as sharp as the field itself.
        """
        total, step, layers, window = self._layers(shape, grid, coarser, shape > 0)
        part, before = total[window], next(layers, total[window])
        for layer in layers:
            share = np.maximum(before, layer)
            before -= layer
            np.abs(before, out=before)
            before += np.float32(1e-6)
            share /= before
            np.clip(share, 0, 1, out=share)
            part += share
            before = layer
        total *= step
        return enlarged(total, coarser, self.rows, self.columns)

    def integral(self, values: Floats, grid: Grid, *, coarser: int = 1) -> Floats:
        """The sum of `values` along each ray, times mm."""
        total, step, layers, window = self._layers(values, grid, coarser, values != 0)
        for layer in layers:
            total[window] += layer
        return enlarged(total * step, coarser, self.rows, self.columns)

    def _layers(self, values: Floats, grid: Grid, coarser: int, occupied: Mask,
                ) -> tuple[Floats, float, Iterator[Floats], tuple[slice, slice]]:  # fmt: skip
        """An empty picture; the step between layers, the layers as seen, and where they lie."""
        rows, columns, pitch = self.rows // coarser, self.columns // coarser, self.pitch * coarser
        front = self.view is View.PA
        order = (1, 0, 2) if front else (2, 0, 1)
        values, occupied = values.transpose(order), occupied.transpose(order)
        x, y, up = (a * s for a, s in zip((grid.x, grid.y, grid.z), self.scale, strict=True))
        depth, across = (y, x) if front else (x, y)
        centre = _CENTRE * self.scale[2]
        u = (np.arange(columns) - (columns - 1) / 2) * pitch
        v = (np.arange(rows) - (rows - 1) / 2) * pitch
        total = np.zeros((rows, columns), np.float32)
        some = np.flatnonzero(occupied.any((1, 2)))
        if not len(some):
            return total, 0.0, iter(()), (slice(0), slice(0))
        seen = range(max(some[0] - 1, 0), min(some[-1] + 2, len(values)))
        largest = float(self._magnified(depth[seen]).max())
        left, right = _reach(across, np.asarray(occupied.any((0, 1))), largest)
        low, high = _reach(up - centre, np.asarray(occupied.any((0, 2))), largest)
        window = (slice(*np.searchsorted(v, (-high, -low))),
                  slice(*np.searchsorted(u, (left, right))))  # fmt: skip

        def layers() -> Iterator[Floats]:
            for k in seen:
                larger = self._magnified(depth[k : k + 1])
                yield resampled(
                    values[k],
                    (centre - v[window[0]] / larger - up[0]) / (up[1] - up[0]),
                    (u[window[1]] / larger - across[0]) / (across[1] - across[0]),
                )

        return total, float(depth[1] - depth[0]), layers(), window

    def shadow(self, cloud: Cloud) -> Floats:
        """HU x mm of a cloud along each ray."""
        if not len(cloud.points):
            return np.zeros((self.rows, self.columns), np.float32)
        points = cloud.points * np.array(self.scale, np.float32)
        depth, across = (1, 0) if self.view is View.PA else (0, 1)
        larger = self._magnified(points[:, depth])
        fine = 2  # each point falls into one of four quarters of a pixel: that is fine enough
        column = points[:, across] * larger * (fine / self.pitch) + self.columns * fine / 2
        centre = _CENTRE * self.scale[2]
        row = (centre - points[:, 2]) * larger * (fine / self.pitch) + self.rows * fine / 2
        column, row = column.astype(np.int32), row.astype(np.int32)
        wide, high = self.columns * fine, self.rows * fine
        seen = (column >= 0) & (column < wide) & (row >= 0) & (row < high)
        weight = (cloud.contrast * larger * larger)[seen]
        dots = np.bincount(row[seen] * wide + column[seen], weight, wide * high)
        halves = dots.reshape(self.rows, fine, self.columns, fine)
        halves = halves[:, 0] + halves[:, 1]  # `sum` takes ten times as long over so short an axis
        volume = self.scale[0] * self.scale[1] * self.scale[2]
        return single((halves[..., 0] + halves[..., 1]) * (volume / self.pitch**2))


def _reach(axis: Floats, occupied: Mask, largest: float) -> tuple[float, float]:
    """From where to where anything can be seen: magnification pushes it outwards."""
    some = np.flatnonzero(occupied)
    low, high = axis[max(some[0] - 1, 0)], axis[min(some[-1] + 1, len(axis) - 1)]
    return float(min(low, low * largest)), float(max(high, high * largest))


def enlarged(picture: Floats, times: int, rows: int, columns: int) -> Floats:
    """`picture` with `times` as many pixels each way, linear between them."""
    if times == 1:
        return picture
    at = (np.arange(rows) + 0.5) / times - 0.5
    across = (np.arange(columns) + 0.5) / times - 0.5
    return resampled(picture, at, across)


def blurred(picture: Floats, sigma: float) -> Floats:
    """Blurred by a Gaussian, edges continued; wide ones on a smaller picture."""
    if sigma > 6:
        times = int(sigma // 3)
        rows, columns = picture.shape
        padded = np.pad(picture, ((0, -rows % times), (0, -columns % times)), mode="edge")
        small = padded.reshape(padded.shape[0] // times, times, -1, times).mean((1, 3))
        return enlarged(blurred(small, sigma / times), times, rows, columns)
    reach = int(3 * sigma + 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel = single(kernel / kernel.sum())
    for _ in range(2):  # along columns, then, turned over, along rows
        padded = np.pad(picture, ((reach, reach), (0, 0)), mode="edge")
        result = padded[reach : reach + len(picture)] * kernel[reach]
        for step in range(1, reach + 1):
            both = padded[reach - step : reach - step + len(picture)] \
                + padded[reach + step : reach + step + len(picture)]  # fmt: skip
            both *= kernel[reach + step]
            result += both
        picture = np.ascontiguousarray(result.T)
    return picture
