r"""A woman's breasts under the compression paddle, as mammography positions them.

A view has axes of its own, in mm: x from the chest wall towards the nipple, y down the picture.
It is drawn as a left breast; a right one is its mirror image. CC: the outer side on top. MLO: the
armpit on top, the pectoral muscle a wedge in the upper corner, the fold below the breast at the
bottom (Patient Orientation A\R and A\FR for the left).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, table
from sample_images.patients import Abnormality


class View(StrEnum):
    """View Position (0018,5101)."""

    CC = "CC"
    MLO = "MLO"


class Side(StrEnum):
    """Image Laterality (0020,0062)."""

    LEFT = "L"
    RIGHT = "R"


HEIGHT, WIDTH = 216.0, 180.0  # of the detector, mm: y and x


@dataclass(frozen=True)
class Finding:
    """What is wrong in one breast, and where a view shows it; `size` is its radius in mm."""

    kind: Abnormality
    place: tuple[float, float]  # x, y
    size: float


@dataclass(frozen=True)
class Breast:
    """One compressed breast in one view. `outline` runs down: y and how far the skin is out, x."""

    side: Side
    view: View
    outline: Floats
    nipple: tuple[float, float]
    muscle: Floats  # y and how far the pectoral muscle reaches, x; 0 where there is none
    dense: float  # share of glandular tissue, 0 to 1
    thickness: float  # mm between paddle and detector
    finding: Finding | None
    seed: tuple[str, ...]  # names this breast's random numbers


def of(body: Body, abnormality: Abnormality, side: Side, view: View) -> Breast:
    """One breast of one person in one view."""
    draw = body.draw("breast")
    dense = float(np.clip(0.92 - 0.0135 * (body.age - 25) + draw.normal(0, 0.08), 0.12, 0.85))
    depth = float(np.clip(62 + 0.95 * body.breast + draw.normal(0, 4), 70, 128))
    bad_side = Side.LEFT if draw.random() < 0.5 else Side.RIGHT
    outward, upward = float(draw.uniform(0.18, 0.5)), float(draw.uniform(0.15, 0.45))
    deep = float(draw.uniform(0.42, 0.60))
    own = body.draw("breast", side)
    depth *= 1 + float(own.normal(0, 0.02))
    outline = _outline(view, depth, float(own.normal(0, 3)))
    tip = int(np.argmax(outline[:, 1]))
    nipple = float(outline[tip, 1]), float(outline[tip, 0])
    finding = None
    if side is bad_side:
        place = _place(view, nipple, outline, deep, outward if view is View.CC else upward)
        finding = _finding(abnormality, place)
    return Breast(
        side=side,
        view=view,
        outline=_with_nipple(outline, nipple),
        nipple=nipple,
        muscle=_muscle(view, body.muscle + float(own.normal(0, 0.25)), nipple[1]),
        dense=dense,
        thickness=float(np.clip(38 + 0.3 * body.breast, 35, 70)),
        finding=finding,
        seed=("mammogram", side, view),
    )


def _outline(view: View, depth: float, shift: float) -> Floats:
    """The skin, every half millimetre of y."""
    y = np.arange(0, HEIGHT + 0.25, 0.5, dtype=np.float32)
    if view is View.CC:
        middle, half = HEIGHT * 0.49 + shift, min(0.86 * depth + 12, HEIGHT * 0.46)
        t = np.clip(np.abs(y - middle) / half, 0, 1)
        fuller = np.where(y < middle, 2.35, 2.15)  # the outer side is fuller
        x = depth * np.maximum(1 - t**fuller, 0) ** 0.62
        return np.stack([y, x], axis=1).astype(np.float32)
    heights = (0, 30, 65, 95, 118, 140, 160, 176, 187, 194, 200, 207, 216)
    reaches = (0.66, 0.71, 0.81, 0.92, 0.985, 0.97, 0.86, 0.66, 0.43, 0.26, 0.19, 0.20, 0.25)
    x = table(heights, [depth * reach for reach in reaches], y - np.float32(shift))
    return np.stack([y, x], axis=1).astype(np.float32)


def _with_nipple(outline: Floats, nipple: tuple[float, float]) -> Floats:
    """The nipple stands out from the outline by 5 mm."""
    away = (outline[:, 0] - nipple[1]) / 4.8
    out = outline.copy()
    out[:, 1] += (6.0 * np.exp(-(away**4)) + 1.2 * np.exp(-((away / 2.6) ** 2))).astype(np.float32)
    return out


def _muscle(view: View, strength: float, nipple: float) -> Floats:
    """The front edge of the pectoral muscle: down to the height of the nipple, a little convex."""
    y = np.arange(0, HEIGHT + 0.25, 0.5, dtype=np.float32)
    if view is View.CC:
        return np.stack([y, np.zeros_like(y)], axis=1)
    left = np.clip(1 - y / (nipple * 1.02), 0, 1)
    x = (44 + 10 * strength) * left * (1 + 0.45 * (1 - left))
    return np.stack([y, x], axis=1).astype(np.float32)


def _place(
    view: View, nipple: tuple[float, float], outline: Floats, deep: float, aside: float
) -> tuple[float, float]:
    """Where a finding lies: `deep` of the way to the nipple, `aside` (up in both views)."""
    x = nipple[0] * deep
    if view is View.MLO:
        x = max(x, 45.0)
    room = nipple[1] - float(outline[np.argmax(outline[:, 1] > x), 0])
    return x, nipple[1] - aside * min(room, 80.0)


def _finding(abnormality: Abnormality, place: tuple[float, float]) -> Finding | None:
    sizes = {
        Abnormality.SPICULATED_MASS: 8.5,
        Abnormality.MICROCALCIFICATIONS: 8.0,
        Abnormality.CYST: 11.0,
    }
    size = sizes.get(abnormality)
    return None if size is None else Finding(abnormality, place, size)
