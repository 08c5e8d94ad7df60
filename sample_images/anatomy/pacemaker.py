"""A two-chamber pacemaker: a generator under the skin of the left chest and its two leads."""

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, spline
from sample_images.anatomy.points import Cloud, even, lengths, wire
from sample_images.anatomy.tissues import PLATINUM, TITANIUM

# From the generator's header through the subclavian vein into the superior vena cava.
_WAY_IN = [(66, -60, -34), (50, -44, -33), (34, -34, -44), (18, -31, -57), (0, -29, -67),
           (-18, -18, -78), (-24, -12, -100), (-25, -11, -135)]  # fmt: skip
_TO_ATRIUM = [(-26, -12, -165), (-28, -20, -188), (-20, -34, -197), (-10, -44, -188),
              (-8, -48, -172)]  # fmt: skip
_TO_VENTRICLE = [(-23, -10, -165), (-22, -12, -196), (-10, -26, -214), (14, -46, -220),
                 (38, -60, -221), (54, -64, -222)]  # fmt: skip


def implanted(grid: Grid, surface: Floats, body: Body) -> Cloud:
    """Generator and leads, in a body whose skin is `surface`."""
    middle = (82.0, _beneath(grid, surface, 82, -74, 11 + body.fat / 3), -74.0)
    header = (middle[0] - 16, middle[1] - 1, middle[2] + 27)
    clouds = [_generator(np.array(middle, np.float32), body)]
    for number, end in enumerate((_TO_ATRIUM, _TO_VENTRICLE)):
        aside = 3.2 * number
        # A spare loop behind the generator, as surgeons leave it.
        loop = [header, (header[0] - 13, header[1] + 2, header[2] - 2 - aside),
                (header[0] - 17 - aside, header[1] + 6, header[2] - 22),
                (middle[0] - 2, middle[1] + 7, middle[2] - 27 - aside),
                (middle[0] + 27 + aside, middle[1] + 7, middle[2] - 4),
                (middle[0] + 12, middle[1] + 6, middle[2] + 31 + aside)]  # fmt: skip
        inside = [(x, y, z - 1.8 * number) for x, y, z in _WAY_IN]
        clouds.append(_lead(spline([*loop, *inside, *end], 10)))
    return Cloud.joined(clouds)


def _beneath(grid: Grid, surface: Floats, x: float, z: float, deep: float) -> float:
    """The y of the point `deep` mm under the skin of the front at x and z."""
    y = np.arange(grid.y[0], 0, 0.5, dtype=np.float32)
    points = np.stack([np.full_like(y, x), y, np.full_like(y, z)], 1)
    return float(y[np.argmax(grid.at(surface, points) > deep)])


def _generator(middle: Floats, body: Body) -> Cloud:
    """A flat can with battery and circuits; the connector block on top is cast in epoxy."""
    x, z = np.meshgrid(np.arange(-27, 27, 0.14), np.arange(-27, 33, 0.14))
    shaken = np.random.default_rng(7).uniform(-0.07, 0.07, (2, *x.shape))
    x, z = x + shaken[0], z + shaken[1]
    can = (np.abs(x) / 23) ** 2.8 + (np.abs(z + 2) / 21) ** 2.8
    wall = np.clip((1 - can) * 8, 0, 1)
    rim = np.exp(-(((can - 0.93) / 0.05) ** 2)) * (can < 1)
    battery = (np.hypot(x - 3, z + 9) < 12.5) | ((np.abs(x - 3) < 15) & (np.abs(z + 14) < 4))
    circuit = (np.abs(x) < 17) & (np.abs(z - 9) < 6.5)
    parts = circuit & (np.sin(x * 0.9) * np.cos(z * 1.1 + 0.4 * np.floor(x / 5)) > 0.1)
    head = (np.abs(x + 8) < 13) & (z > 17) & (z < 27)
    pins = (np.abs(x + 8) < 11.5) & ((np.abs(z - 20.5) < 1.1) | (np.abs(z - 24.5) < 1.1))
    blocks = (np.abs(np.abs(x + 8) - 7) < 2) & (np.abs(z - 22.5) < 4)
    path = wall * 82 + rim * 50 + (battery & (can < 0.9)) * 50 + (circuit & (can < 0.9)) * 8
    path = path + (parts & (can < 0.9)) * 24 + head * 2.5 + pins * 34 + blocks * 40
    where = path > 0.5
    x, z, path = x[where], z[where], path[where]
    lean = 0.35 * x - 0.12 * z  # it follows the chest's curve
    size = np.array([body.across, body.deep, body.lengthwise], np.float32)
    places = [np.stack([x, lean + layer, z], 1) / size + middle for layer in (-2.5, 2.5)]
    contrast = np.tile(path * 0.14**2 * 1000 / 2 / (size[0] * size[1] * size[2]), 2)
    return Cloud(np.concatenate(places).astype(np.float32), contrast.astype(np.float32))


def _lead(course: Floats) -> Cloud:
    """An insulated coil with a ring and a tip electrode."""
    fine = even(course, 0.35)
    left = lengths(fine)[-1] - lengths(fine)
    ring, tip = fine[(left > 9) & (left < 13)], fine[left < 3]
    return Cloud.joined([
        wire(fine, 1.05, 0.8 * TITANIUM), wire(ring, 1.25, PLATINUM), wire(tip, 1.3, PLATINUM),
    ])  # fmt: skip
