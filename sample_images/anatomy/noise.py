"""Smooth random fields: the unevenness of tissue."""

import numpy as np

from sample_images.anatomy.fields import Floats


def stretched(coarse: Floats, shape: tuple[int, int], step: float) -> Floats:
    """`coarse` on a finer lattice of `shape`, one sample of it every `step` pixels."""
    grid = coarse
    for axis in (0, 1):
        at = np.arange(shape[axis], dtype=np.float32) / np.float32(step)
        low = np.minimum(at.astype(np.intp), grid.shape[axis] - 2)
        part = (at - low).astype(np.float32)
        part = part[:, None] if axis == 0 else part[None, :]
        one = np.take(grid, low, axis)
        grid = np.take(grid, low + 1, axis)
        grid -= one
        grid *= part
        grid += one
    return grid


def smooth(draw: np.random.Generator, shape: tuple[int, int], cell: float) -> Floats:
    """Random numbers about 0, a deviation of roughly 1 at the nodes, `cell` pixels apart.

    A second pass over half-shifted nodes hides the lattice.
    """
    step = cell if cell >= 1.5 else 1.0
    nodes = int(shape[0] / step) + 4, int(shape[1] / step) + 4
    grid = draw.standard_normal(nodes, dtype=np.float32)
    if step == 1:
        return grid[: shape[0], : shape[1]]
    grid[1:] = (grid[1:] + grid[:-1]) * np.float32(0.7)
    grid[:, 1:] = (grid[:, 1:] + grid[:, :-1]) * np.float32(0.7)
    return stretched(grid[1:, 1:], shape, step)


def fractal(
    draw: np.random.Generator, shape: tuple[int, int], cells: tuple[float, ...], slope: float
) -> Floats:
    """A sum of smooth fields, each as strong as its cell size to the power of `slope`."""
    result = np.zeros(shape, dtype=np.float32)
    total = 0.0
    for cell in cells:
        strength = (cell / cells[0]) ** slope
        total += strength**2
        result += np.float32(strength) * smooth(draw, shape, cell)
    return (result / np.float32(total**0.5)).astype(np.float32)
