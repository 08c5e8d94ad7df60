"""Heart and great vessels, in the drawing's own mm; what makes the mediastinum's outline."""

from dataclasses import dataclass

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, Point, add, add_tube, spline

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
    along = np.exp(-(((line[:, 2] + 200) / 27) ** 2)) * (line[:, 1] > 25)
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


def great_vessels(grid: Grid, heart: Heart, body: Body, *, fat: bool = True) -> Floats:
    """Aorta, pulmonary arteries and the veins, as one shape; with the fat between them."""
    field = aortic_wall(grid, heart, body)
    if fat:
        add(grid, field, (22, 6, -103), (12, 26, 16), over=10)
    for course in (*_PULMONARY, *_VEINS, *_ARTERIES):
        smooth = spline(course, 4)
        add_tube(grid, field, smooth[:, :3], smooth[:, 3], over=4 if fat else 0)
    return field


def chambers(grid: Grid, heart: Heart, *, fat: bool = True) -> Floats:
    """The heart itself: four chambers in their muscle; with the fat that rounds its outline."""
    field = grid.empty()
    b, deep = heart.broad, 1 + 0.5 * (heart.broad - 1)
    for place, half, axis in _walls(b, deep):
        add(grid, field, place, half, axis=axis, over=9)
    if fat:
        for place, half in _fat(heart):
            add(grid, field, place, half, over=11)
    return field


def _walls(b: float, deep: float) -> list[tuple[Point, Point, Point | None]]:
    """Left and right ventricle, right and left atrium with its appendage, outflow."""
    return [
        ((_x(40, b), -22, -190), (38 * b, 43 * deep, 50 * b), _APEX),
        ((_x(16, b), -52, -196), (46 * b, 33 * deep, 38 * deep), None),
        ((_x(-19, b), -16, -184), (24 * b, 30, 38 * deep), None),
        ((_x(5, b), 20, -162), (34 * b, 20 * deep, 25), None),
        ((_x(38, b), -20, -156), (16 * b, 20, 22), None),
        ((_x(20, b), -42, -160), (16, 15, 26), None),
    ]


def _fat(heart: Heart) -> list[tuple[Point, Point]]:
    """Beside the apex, in the other corner, on the pulmonary trunk."""
    b = heart.broad
    return [((_x(60, b), -42, -226), (22 * b, 22, 12)), ((_x(-30, b), -38, -222), (18, 20, 12)),
            ((29, -24, -138), (16, 20, 22))]  # fmt: skip


def _x(value: float, broad: float) -> float:
    """A large heart grows to the left more than to the right."""
    return value * broad if value > 0 else value * (0.35 + 0.65 * broad)


def cavities(grid: Grid, heart: Heart) -> tuple[Floats, Floats]:
    """The blood inside: of the left half with its thick wall, and of the right."""
    left, right = grid.empty(), grid.empty()
    b, deep = heart.broad, 1 + 0.5 * (heart.broad - 1)
    add(grid, left, (_x(40, b), -20, -189), (23 * b, 25 * deep, 37 * b), axis=_APEX)
    add(grid, left, (_x(5, b), 21, -162), (31 * b, 17 * deep, 22))
    add(grid, left, (_x(14, b), -4, -170), (11, 12, 14), over=5)
    add(grid, right, (_x(4, b), -58, -198), (34 * b, 20 * deep, 27 * deep))
    add(grid, right, (_x(18, b), -48, -165), (13, 12, 24), over=6)
    add(grid, right, (_x(-20, b), -15, -184), (20 * b, 26, 34 * deep), over=3)
    return left, right


def aortic_wall(grid: Grid, heart: Heart, body: Body) -> Floats:
    """The aorta as seen from outside."""
    field = grid.empty()
    line = aorta(heart, body)
    add_tube(grid, field, line[:, :3], line[:, 3])
    return field


def lumen(grid: Grid, heart: Heart, body: Body) -> Floats:
    """Where blood flows in the aorta: an aneurysm is lined with clot."""
    line = aorta(heart, body)
    slim = aorta(Heart(heart.broad, heart.arch), body)
    field = grid.empty()
    radius = slim[:, 3] + 0.42 * (line[:, 3] - slim[:, 3]) - 1.4
    course = line[:, :3] + (slim[:, :3] - line[:, :3]) * 0.5
    add_tube(grid, field, course, radius)
    return field


def grooves(grid: Grid, heart: Heart) -> Floats:
    """Fat round the coronary arteries, in the furrows between the chambers."""
    field = grid.empty()
    b = heart.broad
    courses: list[Course] = [
        [(-6, -46, -156, 3), (-26, -46, -170, 5.5), (-38, -38, -192, 6), (-30, -22, -216, 5)],
        [(26, -48, -152, 4), (46, -66, -176, 5), (64, -72, -200, 5), (76, -62, -218, 4)],
        [(30, -8, -160, 4), (48, 14, -168, 5.5), (46, 24, -184, 5), (30, 26, -200, 5)],
    ]  # fmt: skip
    for course in courses:
        line = spline([(_x(x, b), y, z, r) for x, y, z, r in course], 4)
        add_tube(grid, field, line[:, :3], line[:, 3])
    return field


_APEX = (0.76, -0.48, -0.40)  # from the base of the left ventricle to its apex
