"""Muscles outside the ribs, and what lines the spine: for cuts through the chest.

`out` is the distance outside the inner surface of the cage: ribs and the muscles between them
take the first centimetre, the muscles of arm and back lie on top of them.
"""

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, add, add_tube, single
from sample_images.anatomy.lungs import noise
from sample_images.anatomy.vertebrae import axis_of_spine

RIBS = 9.5  # mm

# Where muscles lie: angle from the front (radians), its spread, height (z), its spread, thickness.
_MUSCLES = (
    (0.62, 0.36, -95, 52, 19),  # pectoral muscles
    (1.55, 0.55, -190, 80, 9),  # serratus
    (2.05, 0.42, -165, 75, 15),  # latissimus
    (2.02, 0.50, -80, 58, 36),  # around the shoulder blade
    (2.85, 0.42, -150, 260, 24),  # along the spine
    (2.6, 0.9, 0, 50, 34),  # neck and top of the shoulder
    (0.9, 0.9, 25, 34, 30),
)


def between_ribs(wall: Floats) -> Floats:
    """The layer of ribs and intercostal muscles."""
    return single(np.minimum(wall + np.float32(RIBS), 1.5 - wall))


def muscles(grid: Grid, body: Body, wall: Floats, skin: Floats) -> tuple[Floats, Floats]:
    """The deep and the superficial muscles, a film of fat between them."""
    X, Y, Z = grid.axes
    angle = np.arctan2(np.abs(X), -(Y + 4))
    thick = np.zeros(grid.shape, np.float32)
    for where, spread, height, tall, most in _MUSCLES:
        there = np.exp(-(np.abs((angle - where) / spread) ** 3))
        thick += there * np.exp(-(np.abs((Z - height) / tall) ** 3)) * np.float32(most)
    thick = thick * np.float32(body.muscle) - 2
    thick -= np.clip(9 - thick, 0, None)  # ends of muscles: thinner than the grid can hold
    out = -wall
    inner = RIBS + 1.2
    within = skin - np.float32(0.8 * body.fat)
    deep = np.minimum(out - inner, inner + 0.45 * thick - out)
    outer = np.minimum(out - (inner + 1.8 + 0.45 * thick), inner + 1.8 + thick - out)
    deep = np.maximum(deep, np.minimum(_shoulders(grid), out - inner))
    return single(np.minimum(deep, within)), single(np.minimum(outer, within))


def _shoulders(grid: Grid) -> Floats:
    """Deltoid muscles round the joints, trapezius between neck and shoulder."""
    field = grid.empty()
    for side in (-1, 1):
        line = single([(28, 34, 24, 34), (84, 32, -6, 29), (128, 24, -22, 34),
                       (152, 2, -6, 44), (162, -22, 36, 38), (158, -58, 100, 38)])  # fmt: skip
        line[:, 0] *= side
        add_tube(grid, field, line[:, :3], line[:, 3])
    return field


def beside_spine(grid: Grid) -> Floats:
    """Soft tissue round the vertebrae."""
    X, Y, _ = grid.axes
    back = axis_of_spine(grid.z)[:, 1][:, None, None]
    round_it = 25 - np.hypot(X * 0.95, (Y - back - 12) * 0.75)
    return single(round_it)


def canal(grid: Grid) -> Floats:
    """The sac with the spinal cord."""
    field = grid.empty()
    z = np.arange(70, -350, -14, dtype=np.float32)
    middle = axis_of_spine(z)
    course = np.stack([middle[:, 0], middle[:, 1] + 20.5, z], 1)
    add_tube(grid, field, course, np.full(len(z), 6.6, np.float32))
    return field


def glands(grid: Grid, body: Body, skin: Floats) -> Floats:
    """Glandular tissue of the breasts: less of it with age."""
    field = grid.empty()
    if not body.breast:
        return field
    out = body.breast * 0.9
    for side in (-1, 1):
        add(grid, field, (side * 76, -90 - out * 0.45, -186 - out * 0.2),
            (36 + out * 0.2, 15 + out * 0.4, 34 + out * 0.2))  # fmt: skip
    streaks = noise(grid, body.draw("glands"), 11)
    field = field / 2 - 3 + 6 * streaks - np.float32((body.age - 45) * 0.16)
    return single(np.minimum(field, skin - 6))
