"""The body's surface: trunk, neck, shoulders, arms, breasts."""

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, add, add_tube, single, spline

# Depths below the first thoracic vertebra, and half breadth, front and back (y) of the lean trunk.
_DEPTH = (-80, -50, -25, 0, 25, 50, 80, 120, 160, 200, 250, 300, 350)
_WIDE = (50, 52, 62, 88, 120, 140, 147, 147, 146, 146, 145, 142, 139)
_FRONT = (58, 56, 58, 66, 76, 84, 90, 96, 101, 104, 104, 101, 97)
_BACK = (60, 64, 76, 89, 99, 107, 113, 117, 117, 114, 108, 101, 95)


def skin(grid: Grid, body: Body, *, arms_raised: bool) -> Floats:
    """Distance to the skin, positive inside."""
    surface = _trunk(grid, body)
    for side in (-1, 1):
        _shoulder(grid, body, surface, side, arms_raised=arms_raised)
        if body.breast:
            out = body.breast
            add(grid, surface, (side * 74, -80 - out * 0.5, -186 - out * 0.25),
                (60 + out * 0.25, 34 + out * 0.65, 54 + out * 0.35), over=8)  # fmt: skip
        else:
            add(grid, surface, (side * 75, -82, -118), (62, 30 * body.muscle + body.fat / 3, 48),
                over=14)  # fmt: skip
    return surface


def _trunk(grid: Grid, body: Body) -> Floats:
    X, Y, _ = grid.axes
    depth = -grid.z
    out = 8 + body.fat
    broad = np.interp(depth, _DEPTH, _WIDE)
    broad += (out + 14 * body.muscle) * np.interp(depth, (-80, 0, 50), (0.3, 0.6, 1))
    front = np.interp(depth, _DEPTH, _FRONT) + out * 0.8 + 12 * (body.muscle - 1)
    back = np.interp(depth, _DEPTH, _BACK) + out * 0.8 + 10 * (body.muscle - 1)
    half, middle = single((front + back) / 2)[:, None, None], single((back - front) / 2)
    wide = single(broad)[:, None, None]
    y = Y - middle[:, None, None]
    p = single(np.interp(depth, (-20, 60, 160), (2.1, 2.4, 2.6)))[:, None, None]
    size = ((np.abs(X) / wide) ** p + (np.abs(y) / half) ** p) ** (1 / p)
    steep = np.sqrt((X / wide**2) ** 2 + (y / half**2) ** 2) + np.float32(1e-6)
    return single((1 - size) * np.clip(size, 0.25, None) / steep)


def _shoulder(grid: Grid, body: Body, surface: Floats, side: int, *, arms_raised: bool) -> None:
    thick = 40 + body.fat / 3
    slope = [(30.0, 28, 20, 46), (90, 26, -6, thick), (150, 20, -32, thick)]
    if arms_raised:
        arm = [(158.0, 16, -40, 46.0), (164, -20, 30, 44), (158, -60, 110, 42)]
    else:
        arm = [(165, 18, -44, 6 + thick), (196, 12, -110, 4 + thick), (232, 6, -200, 2 + thick)]
    for course in (slope, arm):
        line = spline(course, 3)
        line[:, 0] *= side
        add_tube(grid, surface, line[:, :3], line[:, 3], over=12)
