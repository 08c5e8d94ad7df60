"""From a chest to the picture of a digital X-ray room: attenuation, scatter, processing, noise."""

import numpy as np

from sample_images.anatomy import tissues
from sample_images.anatomy.fields import Floats, single
from sample_images.anatomy.thorax import Thorax
from sample_images.beam import Detector, View, blurred

_SOFT = 1 + tissues.MUSCLE / 1000
_FAT = 1 + tissues.FAT / 1000
_GRAIN = 0.0042  # noise of the logarithm where nothing is in the way


def water(chest: Thorax, detector: Detector) -> Floats:
    """What every ray meets, as mm of water."""
    grid, body = chest.grid, chest.body
    raised = detector.view is not View.PA
    surface = chest.skin(arms_raised=raised)
    whole = detector.thickness(surface, grid, coarser=2)
    lean = detector.thickness(surface - np.float32(body.fat), grid, coarser=2)
    path = lean * np.float32(_SOFT - _FAT) + whole * np.float32(_FAT)
    cavity = detector.thickness(chest.cavity, grid)
    path -= cavity * np.float32(_SOFT)
    path += _in_cavity(chest, detector, cavity)
    for air in (chest.airways, chest.gas):
        path -= detector.thickness(air, grid) * np.float32(_SOFT)
    bones = detector.shadow(chest.cage) + detector.shadow(chest.shoulders(arms_raised=raised))
    spine = detector.shadow(chest.spine)
    mineral = np.float32(tissues.BONE_IN_RADIOGRAPHS * body.bone / 1000)
    path += (blurred(bones, 0.6) + blurred(spine, 1.2)) * mineral
    fine = detector.shadow(chest.vessels) + detector.shadow(chest.strands)
    path += blurred(fine, 0.6) / np.float32(1000)
    path += blurred(detector.shadow(chest.metal), 0.55) / np.float32(1000)
    return single(np.maximum(path, 0))


def _in_cavity(chest: Thorax, detector: Detector, cavity: Floats) -> Floats:
    """What the pleural cavities hold besides air and vessels, as mm of water."""
    grid = chest.grid
    fills = chest.lungs is chest.cavity
    lung = cavity if fills else detector.thickness(chest.lungs, grid)
    path = lung * np.float32(1 + tissues.LUNG / 1000)
    if chest.fluid is not None:
        path += detector.thickness(chest.fluid, grid) * np.float32(1 + tissues.EFFUSION / 1000)
    if chest.mass is not None:
        more = np.float32((tissues.MUSCLE - tissues.LUNG) / 1000)
        path += detector.thickness(chest.mass, grid) * more
    if chest.shrunk is not None:  # its pleura, free on both sides now, shows as a fine line
        path += lung - detector.thickness(chest.shrunk - np.float32(1.1), grid)
    if chest.haze is not None:
        inside = single(np.clip(chest.lungs / 3, 0, 1) * chest.haze / 1000)
        path += detector.integral(inside, grid, coarser=2)
    return path


def shown(chest: Thorax, detector: Detector) -> tuple[Floats, Floats]:
    """The picture a radiographer is shown, 0 (air) to 1 (metal), and how noisy each pixel is.

    Scatter adds a haze to the beam that came through. The room's software then takes the
    logarithm, holds down the large differences between lung and belly, lifts edges a little, and
    sends the rest through an S-shaped curve fitted to the lungs and what lies between them.
    """
    path = water(chest, detector)
    primary = np.exp(path * np.float32(-tissues.WATER_ATTENUATION))
    scatter = blurred(np.where(path > 25, primary, 0), 16 / detector.pitch)
    arrived = primary + np.float32(0.35) * scatter
    seen = -np.log(arrived) + _heel(path.shape)
    broad, middle = blurred(seen, 10.5 / detector.pitch), blurred(seen, 2.3 / detector.pitch)
    even = 0.62 * broad + 1.15 * (middle - broad) + 1.35 * (seen - middle)
    rows, columns = path.shape
    part = slice(rows // 5, rows * 7 // 10, 3), slice(columns // 6, columns * 5 // 6, 3)
    limits = (6, 94) if detector.view is View.PA else (6, 98.5)
    dark, bright = np.percentile(even[part][path[part] > 40], limits)
    curve = 1 / (1 + np.exp((0.5 - (even - dark) / (bright - dark)) * 3.7))
    low, high = 0.035, 0.95  # of the curve: what is shown as black and white
    steep = curve * (1 - curve) * (3.7 / (bright - dark) / (high - low))
    grain = steep * np.float32(_GRAIN) / np.sqrt(arrived)
    return single((curve - low) / (high - low)), single(grain)


def _heel(shape: tuple[int, ...]) -> Floats:
    """The anode swallows a little of its own beam: less arrives at the foot end."""
    return np.linspace(-0.03, 0.03, shape[0], dtype=np.float32)[:, None]
