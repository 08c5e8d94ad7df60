"""The inner surface of the rib cage: what lungs fill, ribs follow and muscles wrap.

Cross-sections are superellipses whose half axes depend on the height. Heights are given as depth
below the top of the first thoracic vertebra, in mm.
"""

import numpy as np

from sample_images.anatomy.fields import Floats, Grid, single, table

# Depth, half breadth, half depth and the middle (y) of the inside of the cage.
_DEPTH = (-30, -10, 0, 20, 45, 80, 120, 160, 200, 240, 280, 330)
_HALF_BREADTH = (34, 58, 71, 90, 106, 120, 129, 135, 139, 140, 138, 132)
_HALF_DEPTH = (22, 32, 40, 52, 64, 77, 86, 92, 96, 98, 97, 92)
_MIDDLE = (22, 18, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0)
SQUARE = 2.35  # exponent of the superellipse

# Tops of the thoracic vertebrae 1 to 12 and of the first lumbar ones, as depths.
TOPS = (0.0, 19.0, 39.0, 59.5, 80.5, 102.0, 124.0, 146.5, 169.5, 193.5, 219.0, 246.0, 275.0,
        307.0, 341.0)  # fmt: skip


def half_breadth(z: Floats) -> Floats:
    """Half the inner breadth at height z, mm."""
    return table(_DEPTH, _HALF_BREADTH, -z)


def half_depth(z: Floats) -> Floats:
    """Half the inner depth (y) at height z, mm."""
    return table(_DEPTH, _HALF_DEPTH, -z)


def middle(z: Floats) -> Floats:
    """The middle of the cage from front to back at height z (y, mm)."""
    return table(_DEPTH, _MIDDLE, -z)


def wall(grid: Grid) -> Floats:
    """Distance to the inner surface, positive inside."""
    X, Y, Z = grid.axes
    y = Y - middle(Z)
    a, b = half_breadth(Z), half_depth(Z)
    size = ((np.abs(X) / a) ** SQUARE + (np.abs(y) / b) ** SQUARE) ** (1 / SQUARE)
    steep = np.sqrt((X / a**2) ** 2 + (y / b**2) ** 2) + np.float32(1e-6)
    return single((1 - size) * np.clip(size, 0.25, None) / steep)


def on_wall(angle: Floats, z: Floats, outward: float = 0) -> Floats:
    """Points (n, 3) on the left side of the cage, `outward` mm off its inner surface.

    `angle` is 0 at the back, pi / 2 at the side, pi in front.
    """
    a, b = half_breadth(z) + outward, half_depth(z) + outward
    sine, cosine = np.sin(angle), np.cos(angle)
    x = a * np.abs(sine) ** (2 / SQUARE)
    y = middle(z) + b * np.sign(cosine) * np.abs(cosine) ** (2 / SQUARE)
    return single(np.stack([x, y, np.broadcast_to(z, x.shape)], axis=-1))


def outward(points: Floats) -> Floats:
    """Unit vectors (n, 3) that point out of the cage, for points on its wall."""
    x, y, z = points.T
    a, b, c = half_breadth(z), half_depth(z), middle(z)
    power = SQUARE - 1
    normal = np.stack([np.sign(x) * (np.abs(x) / a) ** power / a,
                       np.sign(y - c) * (np.abs(y - c) / b) ** power / b,
                       np.zeros_like(x)], 1)  # fmt: skip
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    # The wall leans: breadth and depth change with height.
    lean = (half_breadth(z + 2) - half_breadth(z - 2)) / 4 * np.abs(normal[:, 0])
    lean += (half_depth(z + 2) - half_depth(z - 2)) / 4 * np.abs(normal[:, 1])
    normal[:, 2] = -lean
    return single(normal / np.linalg.norm(normal, axis=1, keepdims=True))
