"""Heart and great vessels, in the drawing's own mm; what makes the mediastinum's outline."""

from dataclasses import dataclass

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, add, add_tube, spline

Course = list[tuple[float, float, float, float]]  # x, y, z and radius, mm


@dataclass(frozen=True)
class Heart:
    """How this heart differs: factors, and mm."""

    broad: float = 1.0  # across, from the spine to the left
    arch: float = 1.0  # radius of the aorta
    bulge: float = 0.0  # an aneurysm of the descending aorta: mm added to its radius


def aorta(heart: Heart, body: Body) -> Floats:
    """Course and radius of the thoracic aorta (n, 4), from the heart to the diaphragm."""
    wide = heart.arch * (0.55 + 0.45 * body.aorta)
    far = (body.aorta - 1) * 28  # an old aorta is longer: its arch reaches further out and up
    course: Course = [
        (4, -20, -152, 14.5), (-10, -27, -135, 16), (-17 - far * 0.3, -28, -116, 16),
        (-13 - far * 0.3, -20, -96, 15), (0, -5, -82 + far * 0.3, 14),
        (15 + far * 0.4, 12, -78 + far * 0.4, 13.5), (25 + far, 28, -86, 13),
        (29 + far, 40, -104, 12.5), (28 + far, 46, -130, 12), (26 + far, 49, -165, 11.8),
        (22 + far, 49, -200, 11.5), (14 + far / 2, 43, -240, 11.2), (5, 33, -285, 10.5),
        (3, 22, -340, 10),
    ]  # fmt: skip
    line = spline(course, 5)
    line[:, 3] *= wide
    along = np.exp(-(((line[:, 2] + 158) / 30) ** 2)) * (line[:, 1] > 25)
    line[:, 3] += heart.bulge * along
    line[:, 0] += 0.75 * heart.bulge * along
    line[:, 1] -= 0.35 * heart.bulge * along
    return line


_PULMONARY: tuple[Course, ...] = (
    [(14, -46, -165, 14), (24, -40, -145, 14), (27, -25, -126, 13.5), (26, -10, -120, 12)],
    [(26, -12, -121, 12), (34, 2, -117, 11), (43, 17, -119, 10), (48, 27, -130, 8.5)],
    [(24, -10, -122, 11.5), (4, -2, -126, 10.5), (-20, 4, -130, 10), (-36, 9, -136, 9),
     (-43, 14, -144, 7.5)],
    [(-28, 6, -132, 8), (-38, 4, -124, 6.5), (-44, 4, -116, 5)],  # to the right upper lobe
)  # fmt: skip

_VEINS: tuple[Course, ...] = (
    [(-23, -12, -72, 9), (-25, -12, -100, 9.5), (-24, -11, -135, 10), (-22, -10, -160, 10)],
    [(-32, -22, 10, 7), (-32, -20, -30, 8), (-24, -12, -72, 8.5)],
    [(32, -24, 10, 6.5), (32, -28, -34, 7.5), (20, -32, -56, 7.5), (0, -30, -66, 7.5),
     (-22, -14, -76, 8)],
    [(-20, 0, -205, 12), (-23, 6, -235, 12.5), (-24, 10, -300, 12)],
    [(-16, 20, -168, 7), (-34, 22, -168, 6.5), (-44, 23, -170, 5.5)],  # pulmonary veins
    [(-16, 16, -152, 6.5), (-34, 7, -147, 6), (-42, 2, -143, 5)],
    [(18, 24, -168, 7), (34, 27, -169, 6), (43, 29, -172, 5)],
    [(20, 18, -152, 6.5), (33, 10, -147, 6), (43, 5, -142, 5)],
)  # fmt: skip

_ARTERIES: tuple[Course, ...] = (
    [(-4, -8, -82, 7.5), (-14, -8, -62, 7), (-22, -2, -40, 6), (-28, 0, 0, 5)],
    [(6, 0, -80, 5), (14, 2, -50, 4.5), (20, 4, -10, 4.5)],
    [(18, 14, -80, 6), (26, 16, -55, 6), (30, 14, -32, 5.5), (33, 12, 0, 5)],
)  # fmt: skip


def great_vessels(grid: Grid, heart: Heart, body: Body) -> Floats:
    """Aorta, pulmonary arteries and the veins, as one shape."""
    field = grid.empty()
    line = aorta(heart, body)
    add_tube(grid, field, line[:, :3], line[:, 3])
    add(grid, field, (22, 6, -103), (12, 26, 16), over=10)  # fat between aorta and pulmonary artery
    for course in (*_PULMONARY, *_VEINS, *_ARTERIES):
        smooth = spline(course, 4)
        add_tube(grid, field, smooth[:, :3], smooth[:, 3], over=4)
    return field


def chambers(grid: Grid, heart: Heart) -> Floats:
    """The heart itself: four chambers in their muscle, and the fat at its apex."""
    field = grid.empty()
    b = heart.broad

    def x(value: float) -> float:
        return value * b if value > 0 else value * (0.35 + 0.65 * b)

    deep = 1 + 0.5 * (b - 1)
    add(grid, field, (x(40), -22, -190), (38 * b, 43 * deep, 50 * b), axis=(0.76, -0.48, -0.40))
    add(grid, field, (x(16), -52, -196), (46 * b, 33 * deep, 38 * deep), over=9)
    add(grid, field, (x(-19), -16, -184), (24 * b, 30, 38 * deep), over=9)
    add(grid, field, (x(5), 20, -162), (34 * b, 20 * deep, 25), over=8)
    add(grid, field, (x(38), -20, -156), (16 * b, 20, 22), over=12)  # left atrial appendage
    add(grid, field, (x(29), -24, -138), (16, 20, 22), over=12)  # pulmonary trunk's fat
    add(grid, field, (x(20), -42, -160), (16, 15, 26), over=10)  # outflow
    add(grid, field, (x(60), -42, -226), (22 * b, 22, 12), over=12)  # fat beside the apex
    add(grid, field, (x(-30), -38, -222), (18, 20, 12), over=10)
    return field


def cavities(grid: Grid, heart: Heart) -> Floats:
    """The blood inside the left ventricle's thick wall and the other chambers."""
    field = grid.empty()
    b = heart.broad
    add(grid, field, (40 * b, -20, -185), (20 * b, 21, 38 * b), axis=(0.70, -0.52, -0.44))
    add(grid, field, (12 * b, -48, -192), (33 * b, 18, 30))
    add(grid, field, (-18 * b, -16, -180), (20 * b, 26, 33))
    add(grid, field, (5 * b, 21, -160), (30 * b, 17, 22))
    return field
