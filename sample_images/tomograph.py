"""Slices through a chest in Hounsfield units, as a scanner reconstructs them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sample_images.anatomy import bronchi, lying, tissues
from sample_images.anatomy.fields import Floats, resampled, single
from sample_images.anatomy.lying import Layer
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.thorax import Thorax
from sample_images.scanner_noise import Texture, blurred

Window = tuple[slice, slice]  # rows and columns

_SHARPNESS = 0.55  # pixels


@dataclass(frozen=True)
class Scan:
    """The geometry of a series, mm: square pixels, slices evenly apart, from head to feet."""

    pixels: int  # rows, and columns
    pitch: float
    left: float  # x of the first column
    front: float  # y of the first row
    top: float  # z of the first slice
    spacing: float
    thickness: float


@dataclass(frozen=True)
class _Stack:
    """A cloud in the order of height, and the height of each of its points, mm."""

    cloud: Cloud
    heights: Floats  # beside each other and as wide as what is searched: else each search copies

    def between(self, low: float, high: float) -> Cloud:
        """The points of a slice."""
        first, last = np.searchsorted(self.heights, (low, high))
        return Cloud(self.cloud.points[first:last], self.cloud.contrast[first:last])


class Tomograph:
    """Looks at one chest, slice by slice."""

    def __init__(self, chest: Thorax, scan: Scan, *, contrast_agent: bool) -> None:
        self._chest = chest
        self._scan = scan
        self._agent = contrast_agent
        body, grid = chest.body, chest.grid
        self._size = np.array([body.across, body.deep, body.lengthwise], np.float32)
        count = np.arange(scan.pixels)
        self._x = single(scan.left + scan.pitch * count)
        self._y = single(scan.front + scan.pitch * count)
        step = grid.x[1] - grid.x[0]
        self._columns = single((self._x / self._size[0] - grid.x[0]) / step)
        self._rows = single((self._y / self._size[1] - grid.y[0]) / step)
        self._texture = Texture(body, scan.pixels)

    def cut(self, number: int) -> Floats:
        """Slice `number` (0 is nearest the head) in HU: rows from front to back."""
        z = self._scan.top - number * self._scan.spacing
        picture = np.full((self._scan.pixels, self._scan.pixels), tissues.AIR, np.float32)
        uneven = self._texture.clouds(number)
        for layer in self._layers:
            self._paint(picture, layer, z, uneven)
        self._lungs(picture, z, uneven)
        self._bones(picture, z)
        share, value = self._couch
        picture += share * (picture < -600) * (value - picture)
        return blurred(picture, _SHARPNESS) + self._noise(number, z)

    @cached_property
    def _layers(self) -> list[Layer]:
        return lying.layers(self._chest, contrast_agent=self._agent)

    def _plane(self, values: Floats, z: float) -> Floats:
        """A field at height z (mm in the person)."""
        grid = self._chest.grid
        place = (z / self._size[2] - grid.z[0]) / (grid.z[1] - grid.z[0])
        place = float(np.clip(place, 0, len(grid.z) - 1.001))
        low = int(place)
        part = np.float32(place - low)
        return single(values[low] * (1 - part) + values[low + 1] * part)

    def _mask(self, shape: Floats, z: float) -> tuple[Floats, Window] | None:
        """How much of each pixel of a slice lies inside `shape`, and for which pixels."""
        half = self._scan.thickness / 2
        flat, above, below = (self._plane(shape, z + d) for d in (0, half, -half))
        # Where a border runs obliquely through the slice's thickness, the slice blurs it.
        share = flat / (np.abs(above - below) * np.float32(0.8) + np.float32(self._scan.pitch))
        share += np.float32(0.5)
        some = share > 0
        if not some.any():
            return None
        rows, columns = np.flatnonzero(some.any(1)), np.flatnonzero(some.any(0))
        window = (slice(*np.searchsorted(self._rows, (rows[0] - 1.0, rows[-1] + 1.0))),
                  slice(*np.searchsorted(self._columns, (columns[0] - 1.0, columns[-1] + 1.0)))
                  )  # fmt: skip
        fine = resampled(share, self._rows[window[0]], self._columns[window[1]])
        return np.clip(fine, 0, 1, out=fine), window

    def _paint(self, picture: Floats, layer: Layer, z: float, uneven: Floats) -> None:
        found = self._mask(layer.shape, z)
        if found is not None:
            share, window = found
            part = picture[window]
            value = uneven[window] * np.float32(layer.uneven) + np.float32(layer.value)
            part += share * (value - part)

    def _lungs(self, picture: Floats, z: float, uneven: Floats) -> None:
        """Lung with its vessels and bronchi, and what a finding put there; then windpipe."""
        chest = self._chest
        found = self._mask(chest.lungs, z)
        if found is not None:
            share, window = found
            part = picture[window]
            part += share * (self._parenchyma(z, window, uneven) - part)
            blood = tissues.BLOOD + 100 * self._agent
            self._fill(picture, self._bronchial_walls, z, 30)
            self._fill(picture, self._bronchi, z, tissues.AIR)
            self._fill(picture, self._vessels, z, blood)
        if chest.mass is not None:
            self._paint(picture, Layer(chest.mass, 38, 14), z, uneven)
        self._paint(picture, Layer(chest.airways, tissues.AIR), z, uneven)

    def _parenchyma(self, z: float, window: Window, uneven: Floats) -> Floats:
        lung = 22 * uneven[window] + np.float32(tissues.LUNG)
        # Blood sinks to the back, on which the person lies.
        lung += single(np.clip((self._y[window[0]] + 60) * 0.45, 0, 60))[:, None]
        if self._chest.haze is not None:
            haze = self._plane(self._chest.haze, z)
            lung += resampled(haze, self._rows[window[0]], self._columns[window[1]])
            np.minimum(lung, 45 + 10 * uneven[window], out=lung)
        return lung

    @cached_property
    def _vessels(self) -> _Stack:
        return _by_height(Cloud.joined([self._chest.vessels, self._chest.strands]))

    @cached_property
    def _bronchi(self) -> _Stack:
        return _by_height(bronchi.lumina(self._chest))

    @cached_property
    def _bronchial_walls(self) -> _Stack:
        return _by_height(bronchi.walls(self._chest))

    @cached_property
    def _skeleton(self) -> _Stack:
        chest = self._chest
        bones = (chest.cage, chest.spine, chest.shoulders(arms_raised=True))
        mineral = np.float32(chest.body.bone)
        hard = [Cloud(bone.points, bone.contrast * mineral) for bone in bones]
        return _by_height(Cloud.joined([*hard, bronchi.plaques(chest)]))

    def _fill(self, picture: Floats, stack: _Stack, z: float, value: float) -> None:
        """Replace what a cloud of vessels covers, whatever the cloud's own contrast, by `value`."""
        found = self._dots(stack, z)
        if found is not None:
            share, window = found
            share *= np.float32(1 / (tissues.BLOOD - tissues.LUNG))
            np.clip(share, 0, 1, out=share)
            part = picture[window]
            part += share * (np.float32(value) - part)

    def _bones(self, picture: Floats, z: float) -> None:
        found = self._dots(self._skeleton, z)
        if found is not None:
            part = picture[found[1]]
            part += np.minimum(found[0], 1250)

    def _dots(self, stack: _Stack, z: float) -> tuple[Floats, Window] | None:
        """The points of a slice spread over its pixels (HU), and which pixels these are."""
        scan, size = self._scan, self._size
        ends = (z + np.array([-0.5, 0.5]) * scan.thickness) / size[2]
        cloud = stack.between(*ends)
        x = (cloud.points[:, 0] * size[0] - scan.left) / scan.pitch
        y = (cloud.points[:, 1] * size[1] - scan.front) / scan.pitch
        inside = (x >= 0) & (y >= 0) & (x < scan.pixels - 1) & (y < scan.pixels - 1)
        if not inside.any():
            return None
        share = np.float32(size.prod() / (scan.pitch**2 * scan.thickness))
        return _spread(x[inside], y[inside], cloud.contrast[inside] * share)

    @cached_property
    def _couch(self) -> tuple[Floats, Floats]:
        """The couch, a thin shell of carbon round foam: where it is, and its CT number."""
        across = np.abs(self._x)[None, :] / 215
        top = lying.lowest(self._chest) * self._size[1] + 5 - 16 * across**2
        deep = self._y[:, None] - top
        inside = np.minimum(np.minimum(deep, 32 - 28 * across**3 - deep), 215 * (1 - across))
        share = np.clip((inside + 0.5) / self._scan.pitch, 0, 1)
        foam = np.clip((inside - 1.6) / self._scan.pitch, 0, 1)
        return single(share), single(-150 - 780 * foam)

    def _noise(self, number: int, z: float) -> Floats:
        """Most in the middle of the body, streaky at the shoulders."""
        across = np.minimum(np.abs(self._x) / 190, 1)
        shoulders = float(1 / (1 + np.exp(-(z / self._size[2] + 52) / 9)))
        noise = self._texture.grain(number) * (13 - 4.5 * across + 6 * shoulders)
        if shoulders > 0.02:
            noise = noise + self._texture.streaks(number) * np.float32(16 * shoulders)
        return single(noise)


def _spread(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Window]:
    """Points as a picture of the rectangle they lie in, each shared by its four neighbours."""
    column, row = x.astype(np.intp), y.astype(np.intp)
    left, top = int(column.min()), int(row.min())
    wide, high = int(column.max()) - left + 2, int(row.max()) - top + 2
    dx, dy = x - column, y - row
    place = (row - top) * wide + column - left
    total = np.zeros(wide * high)
    for step, share in ((0, (1 - dx) * (1 - dy)), (1, dx * (1 - dy)),
                        (wide, (1 - dx) * dy), (wide + 1, dx * dy)):  # fmt: skip
        total += np.bincount(place + step, weight * share, wide * high)
    window = slice(top, top + high), slice(left, left + wide)
    return single(total.reshape(high, wide)), window


def _by_height(cloud: Cloud) -> _Stack:
    """Sorted by height to a sixtieth of a mm, so that a slice is a run of points."""
    keys = np.rint(cloud.points[:, 2] * 60).astype(np.int16)  # 16 bits sort faster
    ordered = cloud.where(np.argsort(keys, kind="stable"))
    return _Stack(ordered, ordered.points[:, 2].astype(np.float64))
