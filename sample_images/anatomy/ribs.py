"""Twelve pairs of ribs, their cartilage, and the sternum."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sample_images.anatomy import cage
from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, spline
from sample_images.anatomy.points import Cloud, bar, even
from sample_images.anatomy.tissues import CANCELLOUS_BONE, CARTILAGE, CORTICAL_BONE, MUSCLE
from sample_images.anatomy.vertebrae import axis_of_spine

# For ribs 1 to 12: how far (mm) the bony front end lies below the head, and at what angle of the
# cage it ends (degrees from the back).
_DROP = (42, 56, 68, 80, 91, 100, 106, 105, 98, 88, 62, 34)
_END = (146, 156, 157, 154, 149, 143, 137, 130, 123, 116, 92, 55)
# Where cartilages 1 to 7 meet the sternum, as depths.
_AT_STERNUM = (56, 88, 108, 128, 146, 162, 174)
# Half thickness and half height of the section, mm: at the neck, at the side, in front.
_THIN = (3.7, 3.5, 3.2)
_TALL = (5.0, 6.6, 7.0)

_STEP = 0.7  # mm between points


@dataclass(frozen=True)
class Rib:
    """One left rib: its middle line in even steps."""

    number: int
    course: Floats

    @cached_property
    def cloud(self) -> Cloud:
        """Cortex and cancellous bone."""
        share = np.linspace(0, 1, len(self.course), dtype=np.float32)
        size = {1: 0.95, 11: 0.85, 12: 0.75}.get(self.number, 1.0)
        thin = np.interp(share, (0, 0.1, 0.3, 1), (_THIN[0], *_THIN)) * size
        tall = np.interp(share, (0, 0.1, 0.35, 0.92, 1), (*_TALL[:1], 4.8, *_TALL[1:], 7.4)) * size
        out = cage.outward(self.course)
        if self.number == 1:  # lies flat: its broad side looks up
            out = out * np.array([0.45, 0.45, 1], np.float32) + np.array([0, 0, 0.8], np.float32)
        return bar(self.course, out, np.stack([thin, tall], 1).astype(np.float32), cortex=1.25,
                   hard=CORTICAL_BONE - MUSCLE, soft=CANCELLOUS_BONE - MUSCLE,
                   step=_STEP)  # fmt: skip


def ribs(body: Body) -> list[Rib]:
    """The twelve left ribs; the right ones are their mirror image."""
    draw = body.draw("ribs")
    steeper = 1 + 0.12 * draw.normal() * 0.5
    return [_rib(number, steeper) for number in range(1, 13)]


def _rib(number: int, steeper: float) -> Rib:
    head = -cage.TOPS[number - 1] - 1.0
    spine = axis_of_spine(np.array([head], np.float32))[0]
    end = np.radians(_END[number - 1])
    start = np.radians(20 if number > 1 else 30)
    angle = np.linspace(start, end, 14, dtype=np.float32)
    share = np.clip((angle - start) / (end - start), 0, 1)
    sag = share**1.22
    z = head - 6 - (_DROP[number - 1] * steeper - 6) * sag
    wall = cage.on_wall(angle, z.astype(np.float32), outward=4.3)
    neck = np.array([[16.0, spine[1] + 9, head], [25.0, spine[1] + 20, head - 2.0]])
    return Rib(number, even(spline(np.vstack([neck, wall])), _STEP))


def cartilages(body: Body, bones: list[Rib]) -> Cloud:
    """Costal cartilages 1 to 10 of the left side; old ones are calcified in places."""
    draw = body.draw("cartilage")
    clouds: list[Cloud] = []
    above: Floats | None = None
    for rib in bones[:10]:
        above = _cartilage(rib, above)
        half = np.tile(np.array([[3.6, 6.0]], np.float32), (len(above), 1))
        clouds.append(bar(above, cage.outward(above), half, cortex=1.2, hard=CARTILAGE - MUSCLE,
                          soft=CARTILAGE - MUSCLE, step=1.1))  # fmt: skip
        old = np.clip((body.age - 35) / 60, 0, 0.7) + (0.2 if rib.number == 1 else 0)
        chalky = above[::5][draw.random(len(above[::5])) < old * 0.9]
        clouds.extend(_crumb(place, draw) for place in chalky)
    return Cloud.joined(clouds)


def _crumb(place: Floats, draw: np.random.Generator) -> Cloud:
    points = place + draw.normal(0, (2.4, 1.2, 2.6), (60, 3))
    return Cloud(points.astype(np.float32), np.full(60, draw.uniform(20, 90), np.float32))


def _cartilage(rib: Rib, above: Floats | None) -> Floats:
    end, along = rib.course[-1], rib.course[-1] - rib.course[-8]
    along = along / np.linalg.norm(along)
    if rib.number <= 7 or above is None:
        depth = _AT_STERNUM[rib.number - 1]
        at = np.array([-depth], np.float32)
        goal = np.array([17.0 if rib.number > 1 else 25.0,
                         (cage.middle(at) - cage.half_depth(at))[0] - 6, -depth])  # fmt: skip
    else:
        goal = above[len(above) // 2] - np.array([0, 0, 11.0], np.float32)
    far = np.linalg.norm(goal - end)
    between = end + along * far * 0.35
    before = goal + (end - goal) * 0.35 + np.array([0, -4, -8 if rib.number > 3 else 0])
    return even(spline(np.array([end, between, before, goal])), 1.1)


def sternum() -> Cloud:
    """Manubrium, body and xiphoid process."""
    depth = np.array([43, 50, 60, 72, 84, 88, 100, 130, 160, 176, 184, 200], np.float32)
    wide = np.array([25, 30, 31, 25, 19, 18.5, 18, 20, 22, 18, 9, 5], np.float32)
    y = cage.middle(-depth) - cage.half_depth(-depth) - 7
    y += np.interp(depth, (43, 90, 200), (-2, -1, 3))
    thick = np.interp(depth, (43, 88, 184, 200), (6.5, 5.0, 4.6, 2.5)).astype(np.float32)
    course = even(
        spline(np.stack([np.zeros_like(y), y, -depth, wide, thick], 1).astype(np.float32)), 0.8
    )
    across = np.tile(np.array([[1.0, 0, 0]], np.float32), (len(course), 1))
    return bar(course[:, :3], across, course[:, 3:], cortex=1.0,
               hard=0.5 * CORTICAL_BONE, soft=CANCELLOUS_BONE - 110 - MUSCLE,
               step=0.8, square=3.0)  # fmt: skip
