"""Vertebrae and discs in a sagittal plane."""

from collections.abc import Iterator
from math import cos, radians, sin, sqrt

import numpy as np

from sample_images.anatomy.fields import Floats
from sample_images.anatomy.section import (
    Layer,
    Numbers,
    Place,
    Plane,
    Tissue,
    bone,
    ellipse,
    rounded,
)
from sample_images.anatomy.spinal_canal import canal_depth
from sample_images.anatomy.spine import Disc, Spine, Vertebra


def arch(spine: Spine, vertebra: Vertebra, plane: Plane) -> Iterator[Layer]:
    """Spinous process, laminae, pedicles and joints: which of them depends on the plane."""
    aside, back = abs(plane.x), vertebra.depth / 2
    height, tilt = vertebra.height, vertebra.tilt
    if vertebra.sacral:
        if aside < 8:
            deep = canal_depth(spine, np.array([vertebra.centre[1]])).item()
            centre = vertebra.place(back + deep + 3, -0.1 * height)
            window, inside = rounded(plane, centre, tilt, (5.5, 0.4 * height))
            yield from bone(plane, window, inside, min(1, (8 - aside) / 3))
        return
    if aside < 5.5:
        yield from _spinous(vertebra, plane, min(1, (5.5 - aside) / 2.5))
    if 3 < aside < 13:
        share = min(1, (aside - 3) / 2, (13 - aside) / 2)
        centre = vertebra.place(back + 21, -0.34 * height)
        window, inside = ellipse(plane, centre, tilt + 14, (5.5, 12.5))
        yield from bone(plane, window, inside, share)
    pedicle = 8.5 + vertebra.width * 0.08
    if pedicle - 3 < aside < pedicle + 9:
        share = min(1, (aside - pedicle + 3) / 3, (pedicle + 9 - aside) / 3)
        yield from _pillar(vertebra, plane, share)


def _spinous(vertebra: Vertebra, plane: Plane, share: float) -> Iterator[Layer]:
    """A spinous process: a hatchet in the lumbar spine, a sloping spine further up."""
    length, thick, drop = (32.0, 9.0, 10) if vertebra.lumbar else (34.0, 5.0, 30)
    if vertebra.name == "L5":
        length, thick = 24.0, 7.5
    centre = vertebra.place(
        vertebra.depth / 2 + 19.5 + length / 2, -0.42 * vertebra.height - drop * 0.35
    )
    window = plane.around(centre, length)
    u, v = plane.local(window, centre, vertebra.tilt + drop)
    tall = thick * (1 + 0.30 * u / length) - 1.6 * np.cos(u * (5.5 / length)) ** 2
    du, dv = 5 - (length / 2 - np.abs(u)), 5 - (tall - np.abs(v + 0.08 * u))
    inside = 5 - np.hypot(np.maximum(du, 0), np.maximum(dv, 0))
    yield from bone(plane, window, inside, share, rind=0.75)


def _pillar(vertebra: Vertebra, plane: Plane, share: float) -> Iterator[Layer]:
    """Pedicle and articular pillar, with the foramen below: fat and a nerve root in it."""
    back, height, tilt = vertebra.depth / 2, vertebra.height, vertebra.tilt
    window, inside = ellipse(plane, vertebra.place(back + 6, -0.55 * height), tilt, (8, 13))
    yield Layer(Tissue.EPIDURAL_FAT, window, plane.share(inside) * np.float32(share))
    window, inside = ellipse(plane, vertebra.place(back + 6, -0.3 * height), tilt, (3.4, 2.8))
    yield Layer(Tissue.ROOT, window, plane.share(inside) * np.float32(share))
    for v, lean, half in ((0.42, -16, (5.5, 13)), (-0.5, 16, (5.0, 15))):  # superior, inferior
        window, inside = ellipse(plane, vertebra.place(back + 18, v * height), tilt + lean, half)
        yield from bone(plane, window, inside, share, rind=1.3)
    window, inside = rounded(
        plane, vertebra.place(back + 6, 0.2 * height), tilt, (11, 0.25 * height)
    )
    yield from bone(plane, window, inside, share)


def transverse(vertebra: Vertebra, plane: Plane, share: float) -> Iterator[Layer]:
    """A transverse process, or further up a rib near its joint."""
    centre = vertebra.place(vertebra.depth / 2 + 9, 0.12 * vertebra.height)
    half = (4.5, 5.0) if vertebra.lumbar else (7.0, 5.5)
    window, inside = ellipse(plane, centre, vertebra.tilt, half)
    yield from bone(plane, window, inside, share)


def _aside(plane: Plane, width: float) -> float:
    """How deep a body still is in this plane: 1 in the middle, 0 at its side."""
    return sqrt(max(0.0, 1 - (2 * plane.x / width) ** 2))


def disc_layers(disc: Disc, plane: Plane) -> Iterator[Layer]:
    """A disc: ligaments, fibrous ring and the watery nucleus."""
    round_off = _aside(plane, disc.width + 3)
    if round_off == 0:
        return
    half = disc.depth / 2 + 0.4
    front, back = -half + 1.5 * half * (1 - round_off), half - 0.5 * half * (1 - round_off)
    if back - front < 4:
        return
    window = plane.around(disc.centre, disc.depth)
    u, v = plane.local(window, disc.centre, disc.tilt)
    middle, long = (front + back) / 2, (back - front) / 2
    bulge = disc.bulge * np.clip(u / half, 0, 1)
    tall = disc.height / 2 + 3.5  # bodies are painted over what is too much
    beside = 1.6 * np.maximum(np.abs(v) - 0.4 * disc.height, 0)
    inside = np.minimum(tall - np.abs(v), long + bulge - np.abs(u - middle) - beside)
    yield Layer(Tissue.COMPACT, window, plane.share(inside + 0.6))
    yield Layer(Tissue.ANNULUS, window, plane.share(inside))
    ring = np.hypot((u - middle - 1) / (0.70 * long), v / (disc.height * 0.62))
    wet = np.clip((1 - ring) * 3.0, 0, 1) * np.float32(disc.water)
    cleft = 1 - 0.35 * np.exp(-((v / 1.1) ** 2)) * (ring < 0.75)  # where the nucleus is fibrous
    yield Layer(Tissue.NUCLEUS, window, (wet * cleft).astype(np.float32))


def body_layers(vertebra: Vertebra, plane: Plane) -> Iterator[Layer]:
    """A vertebral body: rind and marrow, endplates a little hollow."""
    round_off = _aside(plane, vertebra.width)
    if round_off < 0.12:
        return
    window = plane.around(vertebra.centre, vertebra.depth)
    u, v = plane.local(window, vertebra.centre, vertebra.tilt)
    inside = _inside_body(vertebra, u, v, round_off)
    yield from bone(plane, window, inside, 1.0, rind=0.9)
    marrow = plane.share(inside - 0.9)
    if vertebra.oedema:
        band = np.exp(-(((v - 0.25 * vertebra.height + 0.7 * _lost(vertebra, u)) / 8) ** 2))
        yield Layer(
            Tissue.OEDEMA, window, (marrow * np.clip(band * 1.2, 0, 0.95)).astype(np.float32)
        )
    if abs(plane.x) < 7 and not vertebra.sacral:  # the basivertebral vein
        half = vertebra.depth / 2
        wedge = np.minimum(1.6 - np.abs(v) - (half - u) * 0.12, 9 - (half - u))
        yield Layer(Tissue.SLOW_BLOOD, window, plane.share(wedge, 1.2) * marrow * np.float32(0.8))


def _lost(vertebra: Vertebra, u: Numbers) -> Numbers:
    """Height lost to a fracture: most at the front, none at the back wall."""
    lost: Numbers = vertebra.collapse * np.clip(0.42 - 0.95 * u / vertebra.depth, 0, 1)
    return lost


def _inside_body(vertebra: Vertebra, u: Floats, v: Floats, round_off: float) -> Numbers:
    half: float | Numbers = vertebra.depth / 2
    tall = vertebra.height / 2
    hollow = 1.7 * (1 - np.minimum((u / half) ** 2, 1))
    waist = 1.5 * (1 - np.minimum((v / tall) ** 2, 1))
    taper: float | Numbers = 0.0
    if vertebra.name == "L5":
        taper = -1.6 * u / half  # taller in front
    if vertebra.sacral:
        hollow, waist = hollow * 0.3, waist * 0.5
        half = half * (1 + 0.22 * v / tall)  # each narrower than the one above
    top = tall - hollow + taper - _lost(vertebra, u) - v
    foot = tall - hollow + taper + v
    front = u + half - waist - 1.5 * half * (1 - round_off)
    back = half - waist * 0.7 - 0.5 * half * (1 - round_off) - u
    corner = 2.2
    du = corner - np.minimum(front, back)
    dv = corner - np.minimum(top, foot)
    inside: Numbers = corner - np.hypot(np.maximum(du, 0), np.maximum(dv, 0))
    return inside


def herniation(spine: Spine, disc: Disc, plane: Plane) -> Iterator[Layer]:
    """A disc that has come out presses on the sac; fatty marrow lies beside a worn one."""
    if disc.endplate_fat and abs(plane.x) < disc.width / 2 - 3:
        for side in (-1, 1):
            centre = _beside(disc, side)
            window, inside = ellipse(plane, centre, disc.tilt, (disc.depth * 0.36, 4.2))
            yield Layer(Tissue.FATTY_MARROW, window, plane.share(inside, 3) * np.float32(0.8))
    if not disc.herniation:
        return
    near = 1 - ((plane.x - 2.5 * spine.side) / 12) ** 2
    if near <= 0:
        return
    out = disc.herniation * sqrt(near)
    window = plane.around(disc.centre, disc.depth + 12)
    u, v = plane.local(window, disc.centre, disc.tilt)
    back = u - disc.depth / 2
    # A neck in the gap between the bodies, then a drop that hangs down behind the lower one.
    neck = np.minimum(0.42 * disc.height - np.abs(v), np.minimum(back + 9, 0.8 * out - back))
    drop = 1 - np.hypot(
        (back - 0.42 * out + 0.10 * v) / (0.85 * out), (v + 0.35 * out) / (1.25 * out)
    )
    inside = np.maximum(neck, drop * np.float32(out))
    behind = plane.share(back + 0.5, 1.5)
    yield Layer(Tissue.COMPACT, window, plane.share(inside + 0.9) * behind)
    yield Layer(Tissue.PROTRUSION, window, plane.share(inside) * np.maximum(behind, neck > 0))


def _beside(disc: Disc, side: int) -> Place:
    away = side * (disc.height / 2 + 4.5)
    return (
        disc.centre[0] + away * sin(radians(disc.tilt)),
        disc.centre[1] + away * cos(radians(disc.tilt)),
    )
