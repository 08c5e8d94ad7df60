"""Lungs and diaphragm, trachea and bronchi."""

import numpy as np

from sample_images.anatomy import cage
from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import (
    FAR,
    Floats,
    Grid,
    add,
    add_tube,
    blend,
    single,
    spline,
    table,
)
from sample_images.anatomy.vertebrae import axis_of_spine

# Depth of the top of the right dome at full breath, mm; the left one lies lower.
DOME = 208.0
LEFT_LOWER = 14.0

TRACHEA = [(0, -8, 60, 8.5), (0, 2, 20, 8.5), (0, 10, -20, 8.6), (-2, 18, -60, 8.6),
           (-4, 23, -92, 8.8)]  # fmt: skip
CARINA = (-4.0, 24.0, -100.0)
BRONCHI = [
    [(-4, 23, -90, 7.5), (-12, 24, -106, 7), (-24, 25, -117, 6.6), (-38, 24, -128, 5.2)],
    [(-32, 25, -122, 4.6), (-44, 20, -118, 4), (-54, 14, -108, 3)],  # right upper lobe
    [(-36, 25, -126, 5), (-44, 25, -146, 4.4), (-52, 26, -168, 3.4), (-58, 30, -190, 2.4)],
    [(-4, 23, -90, 7), (8, 26, -108, 6.4), (26, 30, -122, 6), (42, 31, -133, 5.4)],
    [(40, 31, -131, 4.6), (50, 20, -128, 4), (58, 8, -118, 3)],  # left upper lobe
    [(41, 31, -132, 4.8), (50, 34, -150, 4.2), (57, 38, -170, 3.3), (62, 42, -190, 2.4)],
]


def diaphragm(x: Floats, y: Floats) -> Floats:
    """Height (z, mm) of the lungs' lower surface: two domes that fall to the cage's wall."""
    wide, deep = np.float32(139), np.float32(98)
    domes = []
    for side, lower in ((-1, 0.0), (1, LEFT_LOWER)):
        across, back = side * x - 56, y + 14
        q = np.where(across > 0, across / (wide - 56), across / 60)
        p = np.where(back > 0, back / (deep + 14), back / (deep - 14))
        fall = np.where(across > 0, 50 * np.abs(q) ** 2.2, 11 * q * q)
        fall = fall + np.where(back > 0, 74 * np.abs(p) ** 2.2, 30 * p * p)
        domes.append(-(DOME + lower) - fall)
    share = 1 / (1 + np.exp(-x / 7))
    return single(domes[0] * (1 - share) + domes[1] * share)


def above_diaphragm(grid: Grid) -> Floats:
    """Distance above the diaphragm, mm."""
    X, Y, Z = grid.axes
    height = diaphragm(X, Y)[0]
    down, aside = np.gradient(height, grid.y, grid.x)
    return single((Z - height) / np.sqrt(1 + down**2 + aside**2))


def apices(grid: Grid) -> Floats:
    """Below the domes of the two lungs' tops."""
    X, Y, Z = grid.axes
    x, y = np.abs(X) - 46, Y - 18
    # In front the inlet of the chest slopes down to the breastbone, and the lungs with it.
    fall = np.where(y < 0, (y / 60) ** 2 * 5 - 0.5 * y, (y / 30) ** 2 * 16)
    top = 6 - np.where(x > 0, (x / 38) ** 2 * 22, (x / 30) ** 2 * 16) - fall
    return single((top - Z) * np.float32(0.75))


def septum(grid: Grid) -> Floats:
    """What lies between the lungs besides heart and vessels: fat, gullet, the spine's front."""
    X, Y, Z = grid.axes
    (middle,) = axis_of_spine(grid.z)[None, :, 1]
    back = middle[:, None, None]
    spine = 18 - np.hypot(X * 0.93, (Y - back - 5) * 0.9)
    behind = np.minimum(15 + 0.42 * (Y - back) - np.abs(X), Y - back + 8)  # pedicles, ribs' heads
    # Between the great vessels and the breastbone the lungs nearly touch.
    # Lower down the heart's fat rests against it.
    rests = np.clip((-Z - 120) * 0.15, 0, 8) * np.clip((-Y - 15) / 55, 0, 1.25)
    upper = np.clip((Z + 100) * 0.16, 0, 13)
    width = 4 + rests + (13 + upper) * np.exp(-(((Y + 4) / 36) ** 2))
    thin = np.minimum(width - np.abs(X - 2 - rests * 0.3), back - Y)
    # From the trachea to the gullet: wide above the carina, narrow behind the heart.
    broad = table((20, 60, 96, 115, 150, 240), (12, 14, 15, 12, 9, 10), -Z)
    core = broad - np.hypot(X - 1, np.clip(np.abs(Y - back + 24) - 14, 0, None))
    field = blend(np.maximum(thin, FAR), np.maximum(core, FAR), 8)
    column = blend(np.maximum(spine, FAR), np.maximum(behind, FAR), 6)
    return blend(column, field, 5)


def airways(grid: Grid, shrink: float = 0) -> Floats:
    """Air in trachea and main bronchi."""
    field = grid.empty()
    for course in (TRACHEA, *BRONCHI):
        line = spline(course, 4)
        add_tube(grid, field, line[:, :3], line[:, 3] - shrink)
    return field


def bubbles(grid: Grid, body: Body) -> Floats:
    """Gas under the left dome of somebody upright: in the stomach, and in the bowel's bend."""
    draw = body.draw("gas")
    field = grid.empty()
    x, y = draw.uniform(48, 62), draw.uniform(-28, -8)
    under = float(diaphragm(single([x]), single([y]))[0])
    half = draw.uniform(24, 34), draw.uniform(22, 30), draw.uniform(15, 22)
    add(grid, field, (x, y, under - 7 - half[2]), half)
    _, _, Z = grid.axes
    np.minimum(field, Z - (under - 7 - half[2] * 1.1), out=field)  # its lower surface is level
    x, y, z = draw.uniform(96, 108), draw.uniform(-30, 10), -draw.uniform(268, 280)
    for _ in range(draw.integers(0, 5)):  # pouches of the bowel, one beside the other
        half = draw.uniform(9, 16), draw.uniform(10, 15), draw.uniform(8, 12)
        add(grid, field, (x, y, z), half, over=3)
        x, y, z = x - draw.uniform(-2, 11), y + draw.uniform(-9, 9), z - draw.uniform(10, 16)
    return np.minimum(field, -above_diaphragm(grid) - 5)


def pleura(grid: Grid, mediastinum: Floats, gap: float = 1.0) -> Floats:
    """Both lungs, as one shape: the cage above the diaphragm without the mediastinum."""
    inside = np.minimum(cage.wall(grid) - gap, apices(grid))
    # The recess between wall and diaphragm is rounded: a finer wedge than the grid can hold.
    inside = -blend(-inside, -above_diaphragm(grid), 2.5)
    return np.minimum(inside, -mediastinum)


def noise(grid: Grid, draw: np.random.Generator, size: float) -> Floats:
    """Smooth noise of mean 0 and standard deviation 1 whose blobs are about `size` mm."""
    step = float(grid.x[1] - grid.x[0])
    few = [int(np.ceil(n * step / size)) + 3 for n in grid.shape]
    field: Floats = draw.standard_normal(few, dtype=np.float32)
    for axis, number in enumerate(grid.shape):
        place = np.arange(number) * step / size
        low = place.astype(np.intp)
        part = single(place - low).reshape([-1 if a == axis else 1 for a in range(3)])
        part = part * part * (3 - 2 * part)
        field = np.take(field, low, axis) * (1 - part) + np.take(field, low + 1, axis) * part
    return single(field / field.std())
