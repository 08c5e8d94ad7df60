"""Clavicles, shoulder blades and the heads of the upper arm bones."""

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, spline
from sample_images.anatomy.points import Cloud, bar, even
from sample_images.anatomy.tissues import CANCELLOUS_BONE, CORTICAL_BONE, MUSCLE

_HARD = CORTICAL_BONE - MUSCLE
_SOFT = CANCELLOUS_BONE - MUSCLE

# Left shoulder joint, mm.
JOINT = (166.0, 18.0, -36.0)
RAISED_JOINT = (150.0, -2.0, -2.0)


def _across(course: Floats, way: tuple[float, float, float]) -> Floats:
    return np.tile(np.asarray(way, np.float32), (len(course), 1))


def clavicle(body: Body) -> Cloud:
    """The left collarbone: S-shaped, thick at the inner end, flat at the outer."""
    lift = body.draw("clavicle").normal(0, 4)
    middle = spline([
        (17, -64, -44, 9.0, 8.5), (30, -66, -40, 7.0, 7.0), (55, -63, -34 + lift / 3, 5.6, 5.8),
        (85, -46, -28 + lift / 2, 5.4, 5.4), (115, -22, -21 + lift, 6.0, 5.0),
        (142, -8, -14 + lift, 7.5, 4.6), (158, -4, -12 + lift, 8.5, 4.4),
    ], 8)  # fmt: skip
    course = even(middle, 0.7)
    return bar(course[:, :3], _across(course, (0, 1, 0)), course[:, 3:], cortex=2.5,
               hard=_HARD, soft=_SOFT)  # fmt: skip


def _plate(corners: Floats) -> Cloud:
    """A triangular plate that follows the back of the cage, thick along its lateral edge."""
    upper, lower, socket = corners
    i, j = np.meshgrid(np.linspace(0, 1, 170), np.linspace(0, 1, 170))
    keep = i + j <= 1
    i, j = i[keep], j[keep]
    flat = upper + i[:, None] * (lower - upper) + j[:, None] * (socket - upper)
    lateral = np.exp(-(((1 - i - j) / 0.055) ** 2))
    rim = np.exp(-((np.minimum(i, j) / 0.025) ** 2))
    thick = 2.6 * (0.75 + 3.2 * lateral + 0.9 * rim)
    bow = 9 * np.sin(np.pi * np.clip(i + j, 0, 1)) * (1 - np.abs(i - j))
    area = np.linalg.norm(np.cross(lower - upper, socket - upper)) / 2 / len(i)
    draw = np.random.default_rng(len(i))
    layers = []
    for layer in (-0.5, -0.17, 0.17, 0.5):
        place = flat + draw.uniform(-0.6, 0.6, flat.shape)
        place[:, 1] += bow + layer * thick
        layers.append(Cloud(place.astype(np.float32),
                            (area * thick / 4 * 0.7 * _HARD).astype(np.float32)))  # fmt: skip
    return Cloud.joined(layers)


def scapula(body: Body, *, raised: bool) -> Cloud:
    """The left shoulder blade: plate, spine with acromion, coracoid process, socket.

    The arms are turned forwards or raised, so the blades lie far to the sides.
    """
    draw = body.draw("scapula")
    out = draw.normal(0, 4)
    upper = np.array([100 + out, 84, -34], np.float32)
    lower = np.array([124 + out, 92, -180], np.float32)
    socket = np.array([148, 30, -50], np.float32)
    if raised:  # the arm takes the blade's lower corner forwards
        lower = np.array([146 + out, 62, -160], np.float32)
        socket = np.array([136, 22, -20], np.float32)
    plate = _plate(np.stack([upper, lower, socket]))
    up = np.array([-10, -12, 30, 0, 0] if raised else [0] * 5, np.float32)
    ridge = even(spline([
        (104 + out, 92, -62, 2.5, 3.5), (128, 84, -48, 3.0, 6.5), (148, 60, -32, 4.5, 8.0),
        (164, 34, -18, 6.0, 9.0), (167, 10, -12, 5.5, 9.0), (162, -2, -12, 4.0, 6.0),
    ], 8), 0.7)  # fmt: skip
    coracoid = even(spline([
        (143, 22, -38, 7, 7), (136, 4, -28, 6, 6), (138, -14, -32, 5, 5.5), (143, -24, -38, 4, 4),
    ], 8), 0.7)  # fmt: skip
    glenoid = even(spline([
        (141, 28, -70, 3, 5), (144, 27, -60, 5, 10), (145, 26, -50, 6, 12), (143, 26, -38, 5, 8),
    ], 8), 0.7)  # fmt: skip
    bars = [bar((course + up)[:, :3], _across(course, way), course[:, 3:], cortex=1.3, hard=_HARD,
                soft=_SOFT, step=0.8)
            for course, way in ((ridge, (0, 0.3, 1)), (coracoid, (0, 0, 1)),
                                (glenoid, (1, 0, 0)))]  # fmt: skip
    return Cloud.joined([plate, *bars])


def humerus(*, raised: bool) -> Cloud:
    """The left upper arm bone, hanging a little aside or raised beside the head."""
    x, y, z = RAISED_JOINT if raised else JOINT
    head = [(x - 21, y, z + 4, 3, 3), (x - 18, y, z + 3, 12, 12), (x - 9, y, z + 1, 20.5, 20),
            (x, y, z, 23, 22)]  # fmt: skip
    if raised:
        head = [(x, y + 6, z - 21, 3, 3), (x, y + 5, z - 18, 12, 12), (x, y + 3, z - 9, 20.5, 20),
                (x, y, z, 23, 22)]  # fmt: skip
        rest = [(x + 2, y - 10, z + 22, 15, 14),
                (x - 4, y - 40, z + 70, 11, 11), (x - 8, y - 75, z + 130, 11, 11)]  # fmt: skip
    else:
        rest = [(x + 11, y - 2, z - 12, 19, 19), (x + 18, y - 3, z - 30, 14, 13),
                (x + 28, y - 4, z - 54, 12, 12), (x + 46, y - 8, z - 105, 11, 11),
                (x + 66, y - 12, z - 170, 11, 11)]  # fmt: skip
    course = even(spline([*head, *rest], 8), 0.8)
    return bar(course[:, :3], _across(course, (0, 1, 0)), course[:, 3:], cortex=1.9,
               hard=0.8 * _HARD, soft=_SOFT * 0.6, step=0.9)  # fmt: skip
