"""The spinal canal in a sagittal plane: fat, dura, water, cord and nerve roots."""

from collections.abc import Iterator
from math import sqrt

import numpy as np

from sample_images.anatomy.fields import Floats
from sample_images.anatomy.section import Layer, Numbers, Plane, Tissue, Window
from sample_images.anatomy.spine import Spine, along


def behind_bodies(spine: Spine, plane: Plane, window: Window) -> Floats:
    """How far behind the front wall of the canal, mm, square to it."""
    Y, Z = plane.axes(window)
    lean = np.cos(np.radians(along(spine.canal, Z, 2)))
    return (Y - along(spine.canal, Z)) * np.maximum(lean, 0.5)


def _narrowing(spine: Spine, Z: Numbers) -> Floats:
    mm, where = spine.narrow
    return (mm * np.exp(-(((Z - where) / 11) ** 2))).astype(np.float32)


def _between_arches(spine: Spine, Z: Numbers) -> Floats:
    """1 at heights where the canal has no bone behind it, 0 behind the arches."""
    open_at = np.zeros_like(Z)
    for vertebra in spine.vertebrae:
        if not vertebra.sacral:
            z = vertebra.place(vertebra.depth / 2 + 14, 0.28 * vertebra.height)[1]
            open_at += np.exp(-(((Z - z) / 6.0) ** 2)) * (1.0 if vertebra.lumbar else 0.55)
    return open_at


def canal_depth(spine: Spine, Z: Numbers) -> Floats:
    """Front to back, mm: narrower in the sacrum."""
    sacral = np.clip((spine.sac_ends + 30 - Z) / 60, 0, 1)
    return (17.5 - 9.5 * sacral).astype(np.float32)


def canal(spine: Spine, plane: Plane) -> Iterator[Layer]:
    """Epidural fat fills it; dura, water and cord are painted into that."""
    aside = abs(plane.x)
    wide = min(1.0, max(0.0, (15 - aside) / 3))
    if wide == 0:
        return
    window = plane.everything
    _, Z = plane.axes(window)
    behind = behind_bodies(spine, plane, window)
    back = canal_depth(spine, Z) - 0.25 * aside
    flavum = np.minimum(behind, back + 3 - behind)
    yield Layer(Tissue.COMPACT, window, plane.share(flavum) * wide)
    fat = np.minimum(behind - 0.6, back - behind)
    yield Layer(Tissue.EPIDURAL_FAT, window, plane.share(fat) * wide)
    if aside > 11:
        return
    round_off = sqrt(max(0.0, 1 - (aside / 11.5) ** 2))
    low = np.clip((spine.sac_ends + 34 - Z) / 34, 0, 1)
    rear = back - 0.8 - 4.4 * _between_arches(spine, Z) * (1 - low) - _narrowing(spine, Z)
    front = 1.6 + 4.0 * low
    middle, half = (front + rear) / 2, (rear - front) / 2 * round_off
    half = half * np.sqrt(np.clip((Z - spine.sac_ends) / 22, 0, 1))
    inside = half - np.abs(behind - middle)
    yield Layer(Tissue.COMPACT, window, plane.share(inside + 0.7) * (half > 0.4))
    yield Layer(Tissue.CSF, window, plane.share(inside) * (half > 0.4))


def nerves(spine: Spine, plane: Plane, rough: np.random.Generator) -> Iterator[Layer]:
    """The cord down to its conus, and the cauda equina, sunk to the back of the sac."""
    aside = abs(plane.x)
    if aside > 9:
        return
    window = plane.everything
    _, Z = plane.axes(window)
    behind = behind_bodies(spine, plane, window)
    above = Z - spine.conus
    if aside < 6:
        half = 4.3 * np.sqrt(np.clip(above / 30, 0, 1)) * sqrt(1 - (aside / 6) ** 2)
        middle = 8.4 + 0.6 * np.clip(-above / 40, 0, 1)
        yield Layer(Tissue.CORD, window, plane.share(half - np.abs(behind - middle)) * (half > 0.3))
    ends = plane.share(np.minimum(3 - above, Z - spine.sac_ends - 8), 20)
    sunk = np.clip(-above / 45, 0, 1)
    for strand in range(7):
        start = 8.4 + (strand - 3) * 0.9
        deep = canal_depth(spine, Z)
        rest = deep - 3.3 - 1.05 * strand - 0.25 * aside + 0.06 * (17.5 - deep) * strand
        wave = 0.35 * np.sin(Z / (9 + strand) + float(rough.uniform(0, 6)))
        pressed = 0.75 * _narrowing(spine, Z)
        path = start + (rest - start) * sunk + wave - pressed
        thin = plane.share(0.42 - np.abs(behind - path))
        yield Layer(Tissue.ROOT, window, thin * ends * np.float32(0.75 if strand < 5 else 0.45))
