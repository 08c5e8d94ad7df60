"""Slices through a chest in Hounsfield units, as a scanner reconstructs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sample_images.anatomy import abdomen, bronchi, cage, chest_wall, heart, lungs, tissues
from sample_images.anatomy.fields import Floats, blend, resampled
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.thorax import Thorax
from sample_images.anatomy.vertebrae import axis_of_spine


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
class _Layer:
    """A tissue that covers what was painted before it."""

    shape: Floats
    value: float
    uneven: float = 0.0  # HU


class Tomograph:
    """Looks at one chest, slice by slice."""

    def __init__(self, chest: Thorax, scan: Scan, *, contrast_agent: bool) -> None:
        self.chest = chest
        self.scan = scan
        self.agent = 1.0 if contrast_agent else 0.0
        body = chest.body
        self.size = np.array([body.across, body.deep, body.lengthwise], np.float32)
        grid = chest.grid
        along = scan.left + scan.pitch * np.arange(scan.pixels)
        self.columns = (along / self.size[0] - grid.x[0]) / (grid.x[1] - grid.x[0])
        down = scan.front + scan.pitch * np.arange(scan.pixels)
        self.rows = (down / self.size[1] - grid.y[0]) / (grid.y[1] - grid.y[0])
        self.down, self.along = down, along

    def slice(self, number: int) -> Floats:
        """Slice `number` (0 is nearest the head), rows from front to back, in HU."""
        z = self.scan.top - number * self.scan.spacing
        picture = np.full((self.scan.pixels, self.scan.pixels), tissues.AIR, np.float32)
        uneven = self._texture(number)
        for layer in self._layers:
            self._paint(picture, layer, z, uneven)
        self._lungs(picture, z, uneven)
        self._bones(picture, z)
        self._table(picture)
        picture = _sharpness(picture, 0.55)
        picture += self._noise(number, z)
        return picture

    @cached_property
    def _layers(self) -> list[_Layer]:
        """Everything but lungs and bones, from the outside in."""
        chest, body, grid, agent = self.chest, self.chest.body, self.chest.grid, self.agent
        skin = self._lying
        wall = cage.wall(grid)
        below = -lungs.above_diaphragm(grid)
        room = np.minimum(wall, below)
        deep, outer = chest_wall.muscles(grid, body, wall, skin)
        back = axis_of_spine(grid.z)[:, 1]
        muscle = tissues.MUSCLE + 8 * agent
        left, right = heart.cavities(grid, chest.heart)
        lumen = abdomen.stomach(grid, room - 4, body) - 4
        blood = tissues.BLOOD
        layers = [
            _Layer(skin, 20), _Layer(skin - np.float32(1.6), tissues.FAT, 9),
            _Layer(chest_wall.glands(grid, body, skin), tissues.GLAND, 14),
            _Layer(outer, muscle, 9), _Layer(deep, muscle, 9),
            _Layer(np.minimum(wall + np.float32(1), skin - 12), tissues.FAT + 6, 12),
            _Layer(np.minimum(chest_wall.between_ribs(wall), skin - 8), muscle - 12, 14),
            _Layer(chest_wall.beside_spine(grid), muscle - 14, 10),
            _Layer(abdomen.kidneys(grid), 32 + 150 * agent, 8),
            _Layer(np.minimum(2.2 - np.abs(below - 2.2), wall), muscle - 10),  # diaphragm
            _Layer(abdomen.spleen(grid, room), tissues.SPLEEN + 70 * agent, 7),
            _Layer(abdomen.stomach(grid, room, body), 42, 8),
            _Layer(lumen, tissues.STOMACH, 16),
            _Layer(abdomen.liver(grid, room), tissues.LIVER + 48 * agent, 7),
            _Layer(abdomen.gas(grid, lumen, body), tissues.AIR), _Layer(abdomen.crura(grid, back), muscle),
            _Layer(chest_wall.canal(grid), 26),
            _Layer(bronchi.gullet(grid), 38, 10),
            _Layer(heart.chambers(grid, chest.heart, fat=False), 46 + 45 * agent, 6),
            _Layer(heart.grooves(grid, chest.heart), tissues.FAT + 25, 10),
            _Layer(right, blood + 118 * agent, 3), _Layer(left, blood + 145 * agent, 3),
            _Layer(chest.great_vessels_without_fat, blood + 120 * agent, 3),
        ]  # fmt: skip
        if chest.heart.bulge:
            layers += [_Layer(heart.aortic_wall(grid, chest.heart, body), 44, 6),
                       _Layer(heart.lumen(grid, chest.heart, body), blood + 215 * agent, 3)]  # fmt: skip
        if chest.fluid is not None:
            layers.append(_Layer(chest.fluid, tissues.EFFUSION, 3))
        layers.append(_Layer(chest.airways + np.float32(1.5), 25))
        return [layer for layer in layers if layer.shape.max() > 0]

    def _mask(self, shape: Floats, z: float) -> tuple[Floats, tuple[slice, slice]] | None:
        """How much of each pixel of a slice lies inside `shape`, and for which pixels."""
        thick = self.scan.thickness / self.size[2] / 2
        flat, above, below = (self._cut(shape, z / self.size[2] + d) for d in (0, thick, -thick))
        # Where a border runs through the slice's thickness, the slice shows it blurred.
        soft = np.abs(above - below) * np.float32(0.8) + np.float32(self.scan.pitch)
        share = flat / soft + np.float32(0.5)
        some = share > 0
        if not some.any():
            return None
        rows, columns = np.flatnonzero(some.any(1)), np.flatnonzero(some.any(0))
        window = (slice(*np.searchsorted(self.rows, (rows[0] - 1.0, rows[-1] + 1.0))),
                  slice(*np.searchsorted(self.columns, (columns[0] - 1.0, columns[-1] + 1.0))))  # fmt: skip
        fine = resampled(share, self.rows[window[0]], self.columns[window[1]])
        return np.clip(fine, 0, 1, out=fine), window

    def _cut(self, values: Floats, z: float) -> Floats:
        """The plane at height z (in the drawing's mm) of a field."""
        grid = self.chest.grid
        place = float(np.clip((z - grid.z[0]) / (grid.z[1] - grid.z[0]), 0, len(grid.z) - 1.001))
        low = int(place)
        part = np.float32(place - low)
        return values[low] * (1 - part) + values[low + 1] * part

    def _paint(self, picture: Floats, layer: _Layer, z: float, uneven: Floats) -> None:
        found = self._mask(layer.shape, z)
        if found is None:
            return
        share, window = found
        part = picture[window]
        value: Floats | np.float32 = np.float32(layer.value)
        if layer.uneven:
            value = uneven[window] * np.float32(layer.uneven) + value
        part += share * (value - part)

    def _lungs(self, picture: Floats, z: float, uneven: Floats) -> None:
        """Lung with its vessels and bronchi, and what findings put there; then air."""
        chest = self.chest
        found = self._mask(chest.lungs, z)
        if found is not None:
            share, window = found
            lung = tissues.LUNG + 22 * uneven[window]
            # Blood sinks to the back, where the person lies on it.
            lung += np.clip((self.down[window[0]] + 60) * 0.45, 0, 60).astype(np.float32)[:, None]
            if np.any(chest.haze):
                haze = np.maximum(self._cut(np.broadcast_to(chest.haze, chest.grid.shape),
                                            z / self.size[2]), 0)  # fmt: skip
                lung += resampled(haze, self.rows[window[0]], self.columns[window[1]])
                np.minimum(lung, 45 + 10 * uneven[window], out=lung)
            part = picture[window]
            part += share * (lung - part)
            self._fill(picture, self._bronchial_walls, z, 30.0)
            self._fill(picture, self._bronchi, z, tissues.AIR)
            self._fill(picture, self._vessels, z, tissues.BLOOD + 100 * self.agent)
        if chest.mass is not None:
            self._paint(picture, _Layer(chest.mass, 38, 14), z, uneven)
        self._paint(picture, _Layer(chest.airways, tissues.AIR), z, uneven)

    @cached_property
    def _vessels(self) -> Cloud:
        return _sorted(Cloud.joined([self.chest.vessels, self.chest.strands]))

    @cached_property
    def _bronchi(self) -> Cloud:
        return _sorted(bronchi.lumina(self.chest))

    @cached_property
    def _bronchial_walls(self) -> Cloud:
        return _sorted(bronchi.walls(self.chest))

    @cached_property
    def _skeleton(self) -> Cloud:
        chest = self.chest
        bones = Cloud.joined([chest.cage, chest.spine, chest.shoulders(arms_raised=True)])
        mineral = np.float32(chest.body.bone)
        return _sorted(Cloud.joined([Cloud(bones.points, bones.contrast * mineral),
                                     bronchi.plaques(chest)]))  # fmt: skip

    def _fill(self, picture: Floats, cloud: Cloud, z: float, value: float) -> None:
        """Paint a cloud whose contrast is its volume times 900 HU or so, at most once over."""
        found = self._dots(cloud, z)
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

    def _dots(self, cloud: Cloud, z: float) -> tuple[Floats, tuple[slice, slice]] | None:
        """The points of a slice, spread over its pixels, and which pixels these are."""
        scan, half = self.scan, self.scan.thickness / 2
        first, last = np.searchsorted(cloud.points[:, 2],
                                      ((z - half) / self.size[2], (z + half) / self.size[2]))  # fmt: skip
        if first == last:
            return None
        points = cloud.points[first:last]
        x = (points[:, 0] * self.size[0] - scan.left) / scan.pitch
        y = (points[:, 1] * self.size[1] - scan.front) / scan.pitch
        inside = (x >= 0) & (y >= 0) & (x < scan.pixels - 1) & (y < scan.pixels - 1)
        x, y = x[inside], y[inside]
        weight = cloud.contrast[first:last][inside] * np.float32(
            self.size.prod() / (scan.pitch**2 * scan.thickness))  # fmt: skip
        if not len(x):
            return None
        left, top = int(x.min()), int(y.min())
        wide, high = int(x.max()) - left + 2, int(y.max()) - top + 2
        column, row = x.astype(np.intp), y.astype(np.intp)
        dx, dy = x - column, y - row
        place = (row - top) * wide + column - left
        total = np.zeros(wide * high)
        for step, share in ((0, (1 - dx) * (1 - dy)), (1, dx * (1 - dy)),
                            (wide, (1 - dx) * dy), (wide + 1, dx * dy)):  # fmt: skip
            total += np.bincount(place + step, weight * share, wide * high)
        window = slice(top, top + high), slice(left, left + wide)
        return total.reshape(high, wide).astype(np.float32), window

    def _table(self, picture: Floats) -> None:
        """The couch: a thin shell of carbon round foam."""
        across = np.abs(self.along)[None, :]
        deep = self.down[:, None] - (self._lowest + 5 - 16 * (across / 215) ** 2)
        bottom = 32 - 28 * (across / 215) ** 3
        inside = np.minimum(np.minimum(deep, bottom - deep), 215 - across)
        shell = np.clip((inside + 0.5) / self.scan.pitch, 0, 1) * (picture < -600)
        core = np.clip((inside - 1.6) / self.scan.pitch, 0, 1)
        value = -150 + core * -780
        picture += shell * (value - picture)

    @cached_property
    def _lying(self) -> Floats:
        """The skin, the back flattened by the body's weight."""
        skin = self.chest.skin(arms_raised=True)
        back = self._lowest / self.size[1] - self.chest.grid.axes[1]
        return -blend(-skin, -back.astype(np.float32), 16)

    @cached_property
    def _lowest(self) -> float:
        """How far back the couch lets the skin reach, mm."""
        inside = np.flatnonzero((self.chest.skin(arms_raised=True) > 0).any((0, 2)))
        return float((self.chest.grid.y[inside[-1]] - 9) * self.size[1])

    @cached_property
    def _grain(self) -> Floats:
        """A tile of noise with the texture of the reconstruction kernel, deviation 1."""
        tile = self.chest.body.draw("ct noise").standard_normal((512, 512), dtype=np.float32)
        frequency = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.rfftfreq(512)[None, :])
        kernel = np.sqrt(frequency) * np.exp(-((frequency / 0.24) ** 2))
        smooth = np.fft.irfft2(np.fft.rfft2(tile) * kernel, s=(512, 512))
        return (smooth / smooth.std()).astype(np.float32)

    @cached_property
    def _streaks(self) -> Floats:
        """The same, drawn out from side to side: shoulders let little of the beam through."""
        tile = self.chest.body.draw("ct streaks").standard_normal((512, 512), dtype=np.float32)
        down, along = np.fft.fftfreq(512)[:, None], np.fft.rfftfreq(512)[None, :]
        kernel = np.exp(-((along / 0.012) ** 2) - (down / 0.2) ** 2) * np.abs(down) ** 0.5
        smooth = np.fft.irfft2(np.fft.rfft2(tile) * kernel, s=(512, 512))
        return (smooth / smooth.std()).astype(np.float32)

    def _noise(self, number: int, z: float) -> Floats:
        n = self.scan.pixels
        draw = self.chest.body.draw("ct roll", number)
        rolled = np.roll(self._grain, draw.integers(0, 512, 2), (0, 1))[:n, :n]
        across = np.minimum(np.abs(self.along) / 190, 1).astype(np.float32)
        noise = rolled * (13 - 4.5 * across)
        shoulders = 1 / (1 + np.exp(-(z / self.size[2] + 52) / 9))
        if shoulders > 0.02:
            streaks = np.roll(self._streaks, draw.integers(0, 512), 0)[:n, :n]
            noise = noise + streaks * np.float32(16 * shoulders) + rolled * np.float32(6 * shoulders)
        return noise.astype(np.float32)

    def _texture(self, number: int) -> Floats:
        """Slow unevenness of tissues, deviation 1; the same for all slices but shifted."""
        n = self.scan.pixels
        rolled = np.roll(self._clouds, (37 * number, 91 * number), (0, 1))
        return rolled[:n, :n]

    @cached_property
    def _clouds(self) -> Floats:
        tile = self.chest.body.draw("ct clouds").standard_normal((512, 512), dtype=np.float32)
        frequency = np.hypot(np.fft.fftfreq(512)[:, None], np.fft.rfftfreq(512)[None, :])
        kernel = 1 / (0.012 + frequency) ** 1.3 * np.exp(-((frequency / 0.16) ** 2))
        smooth = np.fft.irfft2(np.fft.rfft2(tile) * kernel, s=(512, 512))
        return ((smooth - smooth.mean()) / smooth.std()).astype(np.float32)


def _sorted(cloud: Cloud) -> Cloud:
    """By height, so that a slice is a run of points."""
    return cloud.where(np.argsort(cloud.points[:, 2], kind="stable"))


def _sharpness(picture: Floats, sigma: float) -> Floats:
    """The blur of the scanner, in pixels."""
    side = np.float32(np.exp(-0.5 / sigma**2))
    middle = 1 / (1 + 2 * side)
    side = side * middle
    for axis in (0, 1):
        result = picture * middle
        if axis == 0:
            result[1:] += picture[:-1] * side
            result[:-1] += picture[1:] * side
            result[0] += picture[0] * side
            result[-1] += picture[-1] * side
        else:
            result[:, 1:] += picture[:, :-1] * side
            result[:, :-1] += picture[:, 1:] * side
            result[:, 0] += picture[:, 0] * side
            result[:, -1] += picture[:, -1] * side
        picture = result
    return picture


def slices(scan: Scan, count: int) -> Iterator[float]:
    """The heights of `count` slices, mm."""
    return (scan.top - number * scan.spacing for number in range(count))
