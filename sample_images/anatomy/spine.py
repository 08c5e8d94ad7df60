"""The lower spine: from the ninth thoracic vertebra to the end of the sacrum.

Places are (y, z) in the sagittal plane, in mm: y to the back, z to the head, the middle of the
third lumbar vertebra at (0, 0). Vertebrae and discs have axes of their own: u from front to back,
v from foot to head. Measures are a man's of 1.77 m, made this person's by `Body`.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, radians, sin

import numpy as np
import numpy.typing as npt

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, spline
from sample_images.patients import Abnormality

Place = tuple[float, float]


@dataclass(frozen=True)
class Vertebra:
    """One vertebra. Lengths in mm, `tilt` in degrees: how far its axis leans back going up."""

    name: str
    depth: float  # front to back, of the body
    height: float
    disc: float  # height of the disc below
    width: float
    tilt: float
    collapse: float = 0.0  # height lost at the front: a fracture
    centre: Place = (0.0, 0.0)
    oedema: bool = False

    def place(self, u: float, v: float) -> Place:
        """Where a point of the vertebra's own axes lies."""
        return _from(self.centre, self.tilt, u, v)

    @property
    def lumbar(self) -> bool:
        """L1 to L5."""
        return self.name.startswith("L")

    @property
    def sacral(self) -> bool:
        """S1 to S5."""
        return self.name.startswith("S")


@dataclass(frozen=True)
class Disc:
    """What lies below the vertebra `above`. `water` from 0 (black in T2) to 1 (bright)."""

    above: str
    centre: Place
    tilt: float
    depth: float
    height: float
    width: float
    water: float
    bulge: float = 0.0  # how far it stands out into the canal, mm
    herniation: float = 0.0  # half the height of what has come out, mm
    endplate_fat: bool = False  # fatty marrow beside it (Modic type 2)


@dataclass(frozen=True)
class Spine:
    """What a spine looks like. `canal` runs down: z, y of its front wall, tilt in degrees."""

    vertebrae: tuple[Vertebra, ...]
    discs: tuple[Disc, ...]
    canal: Floats
    tips: Floats  # of the spinous processes, from above: z, y
    conus: float  # z where the cord ends
    sac_ends: float  # z
    narrow: Place = (0.0, -1e3)  # mm by which the sac is pressed from behind, and z of it
    side: int = 1  # where a herniation lies: 1 left, -1 right


#           depth height disc width tilt
_DRAWING = {
    "S5": (10, 17, 1.5, 50, -14), "S4": (13, 20, 1.5, 62, -38), "S3": (17, 22, 2.0, 74, -56),
    "S2": (23, 25, 2.5, 88, -57), "S1": (32, 29, 3.0, 100, -45),
    "L5": (36, 27.0, 10.5, 52, -23), "L4": (35.5, 27.5, 11, 50, -9), "L3": (35, 27.5, 10.5, 48, 0),
    "L2": (34, 27.0, 9.5, 46, 6), "L1": (33, 26.5, 8.5, 44, 10), "T12": (32, 25.5, 6.5, 42, 12),
    "T11": (31, 24.0, 5.5, 40, 11), "T10": (30, 22.5, 5.0, 38, 8), "T9": (29, 21.5, 4.5, 36, 4),
    "T8": (28.5, 21.0, 4.0, 35, -1),
}  # fmt: skip


def of(body: Body, abnormality: Abnormality) -> Spine:
    """The spine of one person."""
    draw = body.draw("spine")
    lordosis = float(np.clip(draw.normal(1, 0.12), 0.75, 1.25))
    side = 1 if draw.random() < 0.5 else -1
    level = ("L4", "L5")[int(draw.integers(2))]  # the discs that suffer most
    raw = [_sized(body, name, lordosis) for name in _DRAWING]
    if abnormality is Abnormality.VERTEBRAL_FRACTURE:
        raw = _fracture(raw, ("L1", "T12", "L2")[int(draw.integers(3))])
    if abnormality in {Abnormality.DEGENERATED_DISC, Abnormality.DISC_HERNIATION}:
        raw = [replace(v, disc=v.disc * 0.72) if v.name == level else v for v in raw]
    slip = (0.27 * 35.5 * body.deep) if abnormality is Abnormality.SPONDYLOLISTHESIS else 0.0
    if slip:
        raw = [replace(v, disc=v.disc * 0.6) if v.name == "L4" else v for v in raw]
    vertebrae = _stacked(raw, slip)
    discs = tuple(
        _disc(
            body,
            upper,
            lower,
            luck=float(draw.normal(0, 0.06)),
            abnormality=abnormality,
            level=level,
        )
        for lower, upper in pairwise(vertebrae)
    )
    named = {vertebra.name: vertebra for vertebra in vertebrae}
    return Spine(
        vertebrae=vertebrae,
        discs=discs,
        canal=_canal(vertebrae),
        tips=_tips(vertebrae),
        conus=named["L1"].centre[1] + float(draw.normal(-8, 6)),
        sac_ends=named["S2"].centre[1] + float(draw.normal(4, 4)),
        narrow=(3.5, named["L5"].place(0, 0.6 * named["L5"].height)[1]) if slip else (0.0, -1e3),
        side=side,
    )


def _from(centre: Place, tilt: float, u: float, v: float) -> Place:
    """A point of axes that lean back by `tilt` degrees."""
    c, s = cos(radians(tilt)), sin(radians(tilt))
    return centre[0] + u * c + v * s, centre[1] - u * s + v * c


def _sized(body: Body, name: str, lordosis: float) -> Vertebra:
    depth, height, disc, width, tilt = _DRAWING[name]
    wide = (body.lengthwise + body.across) / 2  # bones follow the weight only half way
    thin = 1 - 0.004 * max(0, body.age - 40)
    return Vertebra(
        name=name,
        depth=depth * wide,
        height=height * body.lengthwise,
        disc=disc * body.lengthwise * thin,
        width=width * wide,
        tilt=tilt * lordosis,
    )


def _fracture(vertebrae: list[Vertebra], name: str) -> list[Vertebra]:
    """Collapse one vertebra at the front; what stands on it leans forward."""
    place = [vertebra.name for vertebra in vertebrae].index(name)
    broken = vertebrae[place]
    broken = replace(broken, collapse=0.52 * broken.height, oedema=True, tilt=broken.tilt - 3)
    above = [replace(v, tilt=v.tilt - 13) for v in vertebrae[place + 1 :]]
    return [*vertebrae[:place], broken, *above]


def _stacked(vertebrae: list[Vertebra], slip: float) -> tuple[Vertebra, ...]:
    """Put one on the other from below, L4 and all above it `slip` mm too far forward."""
    stack = [vertebrae[0]]
    for upper in vertebrae[1:]:
        lower = stack[-1]
        top = lower.place(0, lower.height / 2 - lower.collapse * 0.35)
        gap = (lower.tilt + upper.tilt) / 2
        foot = _from(top, gap, -slip if upper.name == "L4" else 0.0, upper.disc)
        stack.append(replace(upper, centre=_from(foot, upper.tilt, 0, upper.height / 2)))
    y, z = next(v.centre for v in stack if v.name == "L3")
    return tuple(replace(v, centre=(v.centre[0] - y, v.centre[1] - z)) for v in stack)


def _disc(
    body: Body,
    upper: Vertebra,
    lower: Vertebra,
    *,
    luck: float,
    abnormality: Abnormality,
    level: str,
) -> Disc:
    """The disc between two vertebrae: age dries it, the lower ones first."""
    foot = upper.place(0, -upper.height / 2)
    top = lower.place(0, lower.height / 2 - lower.collapse * 0.35)
    low = upper.name in {"L4", "L5"}
    worn = min(max((body.age - 22) / 75, 0), 0.75) + (0.08 if low else 0)
    disc = Disc(
        above=upper.name,
        centre=((foot[0] + top[0]) / 2, (foot[1] + top[1]) / 2),
        tilt=(upper.tilt + lower.tilt) / 2,
        depth=(upper.depth + lower.depth) / 2 if not lower.sacral else upper.depth * 0.96,
        height=upper.disc,
        width=min(upper.width, lower.width),
        water=float(np.clip(1 - worn + luck, 0.08, 1)),
        bulge=1.2 if low else 0.3,
    )
    if abnormality is Abnormality.DISC_HERNIATION and upper.name == level:
        return replace(disc, water=0.18, herniation=7.0, bulge=2.0)
    if abnormality is Abnormality.DEGENERATED_DISC and upper.name == level:
        return replace(disc, water=0.0, bulge=3.2, endplate_fat=True)
    if abnormality is Abnormality.SPONDYLOLISTHESIS and upper.name == "L4":
        return replace(disc, water=0.05, bulge=2.5, endplate_fat=True)
    return disc


def _canal(vertebrae: tuple[Vertebra, ...]) -> Floats:
    """The back walls of the bodies as one smooth course: z, y and tilt, from below."""
    nodes = []
    for vertebra in vertebrae:
        for v in (-0.36, 0.36):
            y, z = vertebra.place(vertebra.depth / 2, v * vertebra.height)
            nodes.append((z, y, vertebra.tilt))
    course = spline(nodes, pieces=8)
    course = course[np.argsort(course[:, 0], kind="stable")]
    even = np.arange(course[0, 0], course[-1, 0], 1.0, dtype=np.float32)  # every mm
    columns = [even]
    for column in (1, 2):  # ligaments bridge what bodies leave uneven
        values = np.pad(np.interp(even, course[:, 0], course[:, column]), 4, mode="edge")
        columns.append(np.convolve(values, np.full(9, 1 / 9), mode="valid"))
    return np.stack(columns, axis=1).astype(np.float32)


def _tips(vertebrae: tuple[Vertebra, ...]) -> Floats:
    """Where the spinous processes end: z and y, from below."""
    nodes = []
    for vertebra in vertebrae:
        behind = 28.0 if vertebra.sacral else 51.0 if vertebra.lumbar else 46.0
        behind = {"L5": 44.0, "S1": 34.0}.get(vertebra.name, behind)
        y, z = vertebra.place(vertebra.depth / 2 + behind, -0.4 * vertebra.height)
        nodes.append((z, y))
    nodes.sort()
    return spline(nodes, pieces=6)


def along(course: Floats, z: npt.ArrayLike, column: int = 1) -> Floats:
    """A column of a course such as `Spine.canal` at heights z."""
    at = np.asarray(z, dtype=np.float32)
    return np.interp(at, course[:, 0], course[:, column]).astype(np.float32)
