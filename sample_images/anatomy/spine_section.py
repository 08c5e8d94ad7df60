"""A sagittal section through the lower back, from what lies deepest in the painting upwards."""

from collections.abc import Iterator
from math import sqrt

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats
from sample_images.anatomy.section import Layer, Plane, Tissue, ellipse, evened
from sample_images.anatomy.spinal_canal import behind_bodies, canal, nerves
from sample_images.anatomy.spine import Spine, along
from sample_images.anatomy.spine_bones import (
    arch,
    body_layers,
    disc_layers,
    herniation,
    transverse,
)  # fmt: skip


def layers(spine: Spine, body: Body, plane: Plane) -> Iterator[Layer]:
    """Everything in the plane, from what lies deepest in the painting to what lies on top."""
    rough = body.draw("spine", "course", round(plane.x))
    yield from back(spine, body, plane)
    yield from front(spine, body, plane, rough)
    yield from muscles(spine, body, plane)
    yield from canal(spine, plane)
    for vertebra in spine.vertebrae:
        yield from arch(spine, vertebra, plane)
    yield from nerves(spine, plane, rough)
    for disc in spine.discs:
        yield from disc_layers(disc, plane)
    for vertebra in spine.vertebrae:
        yield from body_layers(vertebra, plane)
    for disc in spine.discs:
        yield from herniation(spine, disc, plane)


def back(spine: Spine, body: Body, plane: Plane) -> Iterator[Layer]:
    """Skin and the fat below it; the back lies on the table."""
    window = plane.everything
    Y, _ = plane.axes(window)
    skin = _skin(spine, body, plane)
    yield Layer(Tissue.SKIN, window, plane.share(skin + 2.2 - Y))
    yield Layer(Tissue.FAT, window, plane.share(skin - Y))


def _skin(spine: Spine, body: Body, plane: Plane) -> Floats:
    """Where the fat below the skin ends, y at each row; the back lies flat on the table."""
    Z = plane.z[:, None]
    tips = along(spine.tips, Z)
    thick = body.fat * (0.75 + 0.9 * np.exp(-(((Z + 75) / 70) ** 2)))  # most above the sacrum
    skin = evened(tips + np.maximum(thick, 5), 14 / plane.pixel)
    table = float(np.percentile(skin, 88))
    flat = table - 8 * np.exp(-np.maximum(skin - table + 8, 0) / 8)
    return np.where(skin > table - 8, flat, skin).astype(np.float32)


def front(spine: Spine, body: Body, plane: Plane, rough: np.random.Generator) -> Iterator[Layer]:
    """What lies in front of the spine: fat, bowels, the aorta on the left, the cava right."""
    window = plane.everything
    Y, Z = plane.axes(window)
    depth = np.interp(Z, [v.centre[1] for v in spine.vertebrae], [v.depth for v in spine.vertebrae])
    front = along(spine.canal, Z) - depth.astype(np.float32)
    ahead = front - Y  # how far in front of the bodies
    yield Layer(Tissue.DEEP_FAT, window, plane.share(ahead))
    for _ in range(26):
        centre = (float(rough.uniform(-150, -48)), float(rough.uniform(-140, 140)))
        half = (float(rough.uniform(9, 20)), float(rough.uniform(8, 16)))
        part, inside = ellipse(plane, centre, float(rough.uniform(-60, 60)), half)
        inside = np.minimum(inside, (ahead[part] - 24) * 0.5)
        yield Layer(Tissue.BOWEL, part, plane.share(inside, 2.0) * 0.85)
        if rough.random() < 0.3:
            yield Layer(Tissue.GAS, part, plane.share(inside - 4, 2.0) * 0.8)
    for x, radius, ends, away in ((9.0, 9.5 * body.aorta, -48, 4.0), (-17.0, 11.0, -62, 3.0)):
        square = radius**2 - (plane.x - x) ** 2
        if square <= 1:
            continue
        lumen = sqrt(square) * np.sqrt(np.clip((Z - ends) / 22, 0, 1))  # they leave the plane
        inside = lumen - np.abs(ahead - away - radius)
        yield Layer(Tissue.MUSCLE, window, plane.share(inside + 1.2) * (lumen > 1))
        yield Layer(Tissue.BLOOD, window, plane.share(inside) * (lumen > 1))


def muscles(spine: Spine, body: Body, plane: Plane) -> Iterator[Layer]:
    """Psoas beside the bodies, the muscles of the back beside the spinous processes."""
    window = plane.everything
    Y, Z = plane.axes(window)
    aside = abs(plane.x)
    behind = behind_bodies(spine, plane, window)
    if aside > 18:
        share = min(1.0, (aside - 18) / 5)
        belly = (15 + 8 * np.exp(-(((Z + 60) / 60) ** 2))) * np.sqrt(np.clip((75 - Z) / 70, 0, 1))
        inside = belly - np.abs(behind + 13)
        dome = 58 + 5 * np.sqrt(np.maximum(-behind, 0)) + 0.12 * np.abs(behind)  # the diaphragm
        lung = np.minimum(Z - dome, -6 - behind)
        yield Layer(Tissue.MUSCLE, window, plane.share(lung + 2.5, 2) * share)
        yield Layer(Tissue.GAS, window, plane.share(lung, 2) * share)
        yield Layer(Tissue.MUSCLE, window, plane.share(inside, 2) * share)
        inside = np.minimum(behind + 12, 18 - behind)
        yield Layer(Tissue.MUSCLE, window, plane.share(inside, 3) * np.float32(0.85 * share))
        for vertebra in spine.vertebrae:
            if not vertebra.sacral:  # transverse processes, and ribs further up
                yield from transverse(vertebra, plane, share)
    tips = along(spine.tips, Z) - (0 if aside < 6 else 3)
    tips = np.minimum(tips, _skin(spine, body, plane) - 5)
    reach = np.minimum(behind - 14, tips - Y)
    full = min(1.0, 0.55 + aside / 10)
    yield Layer(Tissue.MUSCLE, window, plane.share(reach, 2.5) * full)
    yield Layer(
        Tissue.COMPACT, window, plane.share(0.8 - np.abs(tips - Y)) * 0.8
    )  # fascia, and the ligament over the tips
    fat_between = 0.5 + 0.5 * np.sin(behind * 0.55 + Z * 0.22 + plane.x)
    streaks = np.clip((fat_between - 0.8) * 5, 0, 1) * plane.share(reach - 2, 4)
    share = 0.15 + 0.006 * max(0, body.age - 30)
    yield Layer(Tissue.FAT, window, (streaks * share).astype(np.float32))
