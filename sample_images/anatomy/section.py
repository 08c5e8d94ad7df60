"""Sagittal planes, and shapes in them as layers to be painted one over the other.

Layers know tissues, not signals: what a tissue looks like is for the modality to say.
Distances are positive inside, in mm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from math import cos, radians, sin
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sample_images.anatomy.fields import Floats

Numbers = npt.NDArray[np.floating[Any]]
Place = tuple[float, float]  # y, z
Window = tuple[slice, slice]  # rows, columns


class Tissue(Enum):
    """What a sagittal section of the back consists of."""

    SKIN = auto()
    FAT = auto()
    DEEP_FAT = auto()  # round bowels and vessels
    EPIDURAL_FAT = auto()
    MUSCLE = auto()
    BOWEL = auto()
    GAS = auto()
    BLOOD = auto()  # flowing
    SLOW_BLOOD = auto()  # of veins in bone
    COMPACT = auto()  # cortical bone, ligaments, dura
    MARROW = auto()
    OEDEMA = auto()  # of marrow
    FATTY_MARROW = auto()
    ANNULUS = auto()
    NUCLEUS = auto()
    PROTRUSION = auto()  # nucleus that has come out
    CSF = auto()
    CORD = auto()
    ROOT = auto()


class Layer(NamedTuple):
    """How much of each pixel in `window` becomes `tissue`: 0 to 1."""

    tissue: Tissue
    window: Window
    share: Floats


@dataclass(frozen=True)
class Plane:
    """A sagittal plane at `x` mm: columns at `y` (ascending), rows at `z` (descending)."""

    x: float
    y: Floats
    z: Floats

    @cached_property
    def pixel(self) -> float:
        """Distance of two columns, mm."""
        return float(self.y[1] - self.y[0])

    @property
    def everything(self) -> Window:
        """The whole plane."""
        return slice(0, len(self.z)), slice(0, len(self.y))

    def around(self, centre: Place, reach: float) -> Window:
        """The pixels within `reach` mm of a place, by rows and columns."""
        columns = np.searchsorted(self.y, (centre[0] - reach, centre[0] + reach))
        rows = np.searchsorted(-self.z, (-centre[1] - reach, -centre[1] + reach))
        return slice(*map(int, rows)), slice(*map(int, columns))

    def axes(self, window: Window) -> tuple[Floats, Floats]:
        """Y and Z of a window, shaped to broadcast."""
        return self.y[None, window[1]], self.z[window[0], None]

    def local(self, window: Window, centre: Place, tilt: float) -> tuple[Floats, Floats]:
        """Coordinates u (to the back) and v (up) along axes that lean back by `tilt` degrees."""
        Y, Z = self.axes(window)
        c, s = cos(radians(tilt)), sin(radians(tilt))
        y, z = Y - centre[0], Z - centre[1]
        return y * c - z * s, y * s + z * c

    def share(self, inside: Numbers, blur: float = 0.7) -> Floats:
        """How much of each pixel lies inside a border, given the distance to it in mm."""
        share: Floats = np.clip(0.5 + inside / max(self.pixel, blur), 0, 1).astype(np.float32)
        return share


def ellipse(plane: Plane, centre: Place, tilt: float, half: Place) -> tuple[Window, Numbers]:
    """Distance into an ellipse, roughly, and the window it lies in."""
    window = plane.around(centre, max(half) + 3)
    u, v = plane.local(window, centre, tilt)
    return window, (1 - np.hypot(u / half[0], v / half[1])) * np.float32(min(half))


def rounded(plane: Plane, centre: Place, tilt: float, half: Place) -> tuple[Window, Numbers]:
    """Distance into a rectangle with round corners."""
    corner = min(half) * 0.6
    window = plane.around(centre, half[0] + half[1] + 3)
    u, v = plane.local(window, centre, tilt)
    du, dv = corner - (half[0] - np.abs(u)), corner - (half[1] - np.abs(v))
    return window, corner - np.hypot(np.maximum(du, 0), np.maximum(dv, 0))


def bone(
    plane: Plane, window: Window, inside: Numbers, share: float, rind: float = 1.0
) -> Iterator[Layer]:
    """Compact bone, and marrow within its `rind` (mm); `share` of both is in the plane."""
    yield Layer(Tissue.COMPACT, window, plane.share(inside) * np.float32(share))
    yield Layer(Tissue.MARROW, window, plane.share(inside - rind) * np.float32(share))


def evened(heights: Numbers, over: float) -> Floats:
    """A column of numbers without its bumps, by the mean of `over` rows to either side."""
    reach = max(1, round(over))
    for _ in range(3):
        padded = np.pad(heights[:, 0], reach + 1, mode="edge").cumsum()
        span = 2 * reach + 1
        heights = ((padded[span:] - padded[:-span]) / span)[: len(heights), None]
    return heights.astype(np.float32)
