"""What lies under the diaphragm and is met by the lowest slices of a chest."""

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, add, blend, single


def liver(grid: Grid, room: Floats) -> Floats:
    """Under the right dome, its left lobe thinning out across the middle."""
    X, Y, Z = grid.axes
    # Its lower, visceral face looks back, down and to the left; the left lobe ends in a wedge.
    face = (62 - X * 0.62 - (Y + 20) * 0.62 + np.clip(Z + 235, -80, 20) * 0.55) * 0.85
    left = grid.empty()
    add(grid, left, (10, -52, -262), (66, 40, 46))
    right = 22 - X
    return single(np.minimum(np.minimum(room - 3.5, face), blend(left, right, 12)))


def spleen(grid: Grid, room: Floats) -> Floats:
    """Behind the stomach, against the left wall."""
    field = grid.empty()
    add(grid, field, (104, 42, -268), (30, 46, 40))
    add(grid, field, (88, 66, -262), (28, 26, 34), over=8)
    return single(np.minimum(field, room - 4.5))


def stomach(grid: Grid, room: Floats, body: Body) -> Floats:
    """Its upper part, behind the liver's left lobe and in front of the spleen."""
    draw = body.draw("stomach")
    field = grid.empty()
    add(grid, field, (58 + draw.normal(0, 4), -10, -272), (38, 44, 44))
    add(grid, field, (40, -42, -288), (38, 26, 36), over=8)
    return single(np.minimum(field, room - 6))


def gas(grid: Grid, lumen: Floats, body: Body) -> Floats:
    """Gas in the stomach of somebody who lies: in front, its surface level."""
    _, Y, _ = grid.axes
    return single(np.minimum(lumen, body.draw("level").uniform(-34, -20) - Y))


def kidneys(grid: Grid) -> Floats:
    """Their upper poles."""
    field = grid.empty()
    add(grid, field, (56, 54, -318), (27, 23, 52), axis=(0.15, 0.15, 1))
    add(grid, field, (-56, 52, -332), (27, 23, 52), axis=(-0.15, 0.15, 1))
    return field


def crura(grid: Grid, back: Floats) -> Floats:
    """The diaphragm's pillars beside the aorta."""
    X, Y, Z = grid.axes
    front = back[:, None, None] - 14
    arch = np.hypot(np.abs(X) - 4, (Y - front) * 0.7)
    ring = 3.4 - np.abs(arch - 19)
    return single(np.minimum(blend(ring, np.full_like(ring, -9), 1), -238 - Z))
