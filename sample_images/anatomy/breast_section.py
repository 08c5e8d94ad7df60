"""What lies between paddle and detector: one view of a breast as a map of brightness.

Brightness is that of a processed mammogram: 0 air, about 0.3 fat, about 0.75 dense glandular
tissue, 1 calcium. Big shapes are drawn on a lattice four times as coarse as the picture.
"""

from dataclasses import dataclass

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.breast import HEIGHT, WIDTH, Breast, View
from sample_images.anatomy.fields import Floats
from sample_images.anatomy.noise import fractal, smooth, stretched


@dataclass(frozen=True)
class Lattice:
    """Pixels of `pitch` mm: x along columns, y along rows."""

    rows: int
    columns: int
    pitch: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def x(self) -> Floats:
        """One row of places, mm."""
        return ((np.arange(self.columns, dtype=np.float32) + 0.5) * self.pitch)[None, :]

    @property
    def y(self) -> Floats:
        """One column of places, mm."""
        return ((np.arange(self.rows, dtype=np.float32) + 0.5) * self.pitch)[:, None]

    def coarser(self, times: int) -> "Lattice":
        """A lattice of larger pixels over the same detector, with one to spare."""
        return Lattice(-(-self.rows // times) + 2, -(-self.columns // times) + 2,
                       self.pitch * times)  # fmt: skip


def lattice(rows: int, columns: int) -> Lattice:
    """The detector with so many pixels."""
    return Lattice(rows, columns, min(HEIGHT / rows, WIDTH / columns))


def depth_below_skin(breast: Breast, at: Lattice) -> Floats:
    """Distance from the skin, mm, positive inside: measured to the outline as a chain of points."""
    coarse = Lattice(int(HEIGHT / 2) + 3, int(WIDTH / 2) + 3, 2.0)
    chain = breast.outline[(breast.outline[:, 1] > 0)][::2]
    x, y = coarse.x[..., None], coarse.y[..., None]
    nearest = np.full(coarse.shape, 1e9, dtype=np.float32)
    for part in np.array_split(chain, max(1, len(chain) // 24)):
        square = (x - part[:, 1]) ** 2 + (y - part[:, 0]) ** 2
        nearest = np.minimum(nearest, square.min(axis=2))
    far = np.sqrt(nearest)
    reach = np.interp(coarse.y, breast.outline[:, 0], breast.outline[:, 1])
    signed = np.where(coarse.x < reach, far, -far).astype(np.float32)
    wide = stretched(signed, at.shape, 2.0 / at.pitch)
    # Close to the skin the slope of the outline tells better than a 2 mm lattice.
    reach = np.interp(at.y, breast.outline[:, 0], breast.outline[:, 1])
    slope = np.gradient(reach[:, 0], at.pitch)[:, None]
    near = ((reach - at.x) / np.sqrt(1 + slope**2)).astype(np.float32)
    share = np.clip((np.abs(near) - 3) / 4, 0, 1)
    return (near + (wide - near) * share).astype(np.float32)


def parenchyma(breast: Breast, body: Body, at: Lattice, depth: Floats) -> Floats:
    """Glandular tissue: lobes that converge on the nipple, thinner under the skin; 0 to 1."""
    draw = body.draw(*breast.seed, "gland")
    x, y = at.x - breast.nipple[0], at.y - breast.nipple[1]
    r, angle = np.hypot(x, y), np.arctan2(y, -x)
    iso = fractal(draw, at.shape, tuple(c / at.pitch for c in (30, 15, 7.5, 3.8, 1.9, 1.0)), 0.55)
    lobes = _around(draw, r, angle, 0.20, 16.0) + 0.6 * _around(draw, r, angle, 0.06, 8.0)
    egg = _egg(breast, x, y)
    near_skin = _step((depth - 4 - 2.5 * iso) / 9)
    amount = (breast.dense - 0.55) * 2.4
    lumps = 1 / (1 + np.exp(-1.9 * (0.95 * iso + 0.45 * lobes + amount + 2.0 * egg)))
    fibres = (
        _ridges(draw, at, 12.0, 0.26) + _ridges(draw, at, 6.0, 0.24) + _ridges(draw, at, 3.0, 0.3)
    )
    woven = _step(egg * 0.9 + 0.75 + 0.3 * iso) * np.minimum(fibres, 1.2)
    ducts = np.exp(-((r / 24) ** 2)) * (0.42 + 0.22 * lobes) * _step((depth - 1) / 4)
    tissue = near_skin * (0.72 * lumps * (0.86 + 0.14 * iso) + 0.11 * woven)
    gland: Floats = np.clip(tissue + 0.36 * np.clip(ducts, 0, 1), 0, 1).astype(np.float32)
    return gland


def _egg(breast: Breast, x: Floats, y: Floats) -> Floats:
    """Where glandular tissue lies: an egg with its tip at the nipple.

    1 in the middle, 0 at the border, negative outside. It leans into the upper outer quadrant.
    """
    reach = breast.nipple[0] * (0.56 + 0.30 * breast.dense)
    tilt = 0.12 if breast.view is View.CC else 0.25
    u, v = -x * np.cos(tilt) - y * np.sin(tilt), -x * np.sin(tilt) + y * np.cos(tilt)
    half = reach * (0.42 + 0.24 * breast.dense)
    taper = half * (0.62 + 0.38 * np.clip(u / reach, -0.3, 1))
    egg = 1 - ((u - reach * 0.50) / (reach * 0.60)) ** 2 - (v / taper) ** 2
    bounded: Floats = np.clip(egg, -2.5, 1).astype(np.float32)
    return bounded


def ligaments(breast: Breast, body: Body, at: Lattice, depth: Floats) -> Floats:
    """Cooper's ligaments: thin curved strands through the fat to the skin; 0 to 1."""
    draw = body.draw(*breast.seed, "ligaments")
    strands = _ridges(draw, at, 16.0, 0.08) + 0.8 * _ridges(draw, at, 9.0, 0.09)
    strands = strands + 0.6 * _ridges(draw, at, 5.0, 0.12)
    patchy = _step(0.55 + 0.6 * smooth(draw, at.shape, 18 / at.pitch))
    through_fat: Floats = (strands * patchy * _step((depth - 1.5) / 4)).astype(np.float32)
    return through_fat


def _around(
    draw: np.random.Generator, r: Floats, angle: Floats, wide: float, long: float
) -> Floats:
    """A field drawn out along the rays from the nipple: cells of `wide` rad and `long` mm."""
    grid = draw.standard_normal((int(6.6 / wide) + 4, int(320 / long) + 4), dtype=np.float32)
    i, j = (angle + np.float32(3.3)) / np.float32(wide), r / np.float32(long)
    low_i, low_j = i.astype(np.intp), j.astype(np.intp)
    part_i, part_j = (i - low_i).astype(np.float32), (j - low_j).astype(np.float32)
    part_i = part_i * part_i * (3 - 2 * part_i)
    one = grid[low_i, low_j] * (1 - part_j) + grid[low_i, low_j + 1] * part_j
    other = grid[low_i + 1, low_j] * (1 - part_j) + grid[low_i + 1, low_j + 1] * part_j
    return one + (other - one) * part_i


def _ridges(draw: np.random.Generator, at: Lattice, cell: float, thin: float) -> Floats:
    """Bright curves where a smooth field changes its sign."""
    field = smooth(draw, at.shape, cell / at.pitch)
    field = field + 0.3 * smooth(draw, at.shape, cell / 3 / at.pitch)
    ridges: Floats = np.exp(-((field / np.float32(thin)) ** 2))
    return ridges


def _step(value: Floats) -> Floats:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(value, 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)
