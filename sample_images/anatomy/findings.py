"""What is wrong with a chest, put into it before anybody looks."""

from collections.abc import Callable

import numpy as np

from sample_images.anatomy import cage, lungs, pacemaker
from sample_images.anatomy.fields import FAR, Floats, add, single
from sample_images.anatomy.heart import Heart
from sample_images.anatomy.points import Cloud, wire
from sample_images.anatomy.thorax import Thorax
from sample_images.anatomy.tissues import LUNG, MUSCLE
from sample_images.patients import Abnormality


def show(chest: Thorax, abnormality: Abnormality) -> None:
    """Change `chest`, which nobody has looked at yet, so that it shows `abnormality`.

    Raises:
        ValueError: not an abnormality of the chest.
    """
    if abnormality not in _FINDINGS:
        raise ValueError(f"{abnormality} is not an abnormality of the chest")
    _FINDINGS[abnormality](chest)


def _cardiomegaly(chest: Thorax) -> None:
    chest.heart = Heart(broad=1.42 * max(chest.body.heart, 0.97), arch=1.06)


def _aortic_aneurysm(chest: Thorax) -> None:
    """A spindle-shaped aneurysm of the descending aorta, about six centimetres wide."""
    bulge = chest.body.draw("aneurysm").uniform(17, 21)
    chest.heart = Heart(broad=chest.body.heart, arch=1.1, bulge=bulge)


def _pacemaker(chest: Thorax) -> None:
    chest.heart = Heart(broad=1.08 * chest.body.heart)
    surface = chest.skin(arms_raised=False)
    chest.metal = pacemaker.implanted(chest.grid, surface, chest.body)


def _pleural_effusion(chest: Thorax) -> None:
    """Fluid in the right pleural cavity: it sinks, and creeps up along the wall."""
    X, Y, Z = chest.grid.axes
    wall = np.clip(cage.wall(chest.grid), 0, None)
    creeps = np.exp(-wall / 13)
    if chest.upright:
        level = chest.body.draw("effusion").uniform(-196, -180)
        below = level + 46 * creeps + 0.10 * np.clip(-X - 40, 0, None) - Z
    else:
        level = chest.body.draw("effusion").uniform(32, 40)
        lower = np.clip((Z + 200) * 0.35, 0, None)  # thins out towards the top
        below = Y - (level + lower - 34 * creeps)
    fluid = single(np.minimum(np.minimum(below, -X - 4), chest.cavity))
    chest.fluid = fluid
    chest.lungs = np.minimum(chest.lungs, -fluid)
    pressed = np.clip(1 - np.abs(fluid) / 22, 0, 1) * (chest.lungs > 0)
    chest.haze = single(pressed * 260)


def _pneumonia(chest: Thorax) -> None:
    """Consolidation in the right middle and lower zone, patchy at its edges."""
    draw = chest.body.draw("pneumonia")
    centre = (-74 + draw.normal(0, 4), 2 + draw.normal(0, 8), -172 + draw.normal(0, 5))
    shape = chest.grid.empty()
    add(chest.grid, shape, centre, (42, 46, 35))
    add(chest.grid, shape, (centre[0] + 22, centre[1] - 18, centre[2] - 12), (32, 36, 28), over=14)
    cloudy = shape + 13 * lungs.noise(chest.grid, draw, 21) + 6 * lungs.noise(chest.grid, draw, 10)
    cloudy = np.minimum(cloudy, shape + 24)  # nowhere far from where it began
    share = 1 / (1 + np.exp(-(cloudy - 3) / 3.5))
    dense = 0.88 + 0.12 * lungs.noise(chest.grid, draw, 14)
    chest.haze = single(share * np.clip(dense, 0.3, 1) * (MUSCLE - LUNG))


def _pneumothorax(chest: Thorax) -> None:
    """Air in the left pleural cavity: the lung has shrunk from the wall and the top."""
    X, _, _ = chest.grid.axes
    draw = chest.body.draw("pneumothorax")
    much = draw.uniform(0.95, 1.15)
    gap = np.interp(-chest.grid.z, (-10, 40, 100, 180, 240, 300), (58, 52, 43, 33, 24, 14)) * much
    shrunk = np.minimum(cage.wall(chest.grid) - single(gap)[:, None, None],
                        lungs.apices(chest.grid) - np.float32(46 * much))  # fmt: skip
    chest.shrunk = single(np.minimum(chest.cavity, np.where(X < 0, -FAR, shrunk)))
    chest.haze = single(np.broadcast_to(150 * (X > 0), chest.grid.shape))


def _lung_nodule(chest: Thorax) -> None:
    """A lobed mass of some 30 mm in the right upper lobe, with strands to the pleura."""
    draw = chest.body.draw("nodule")
    centre = (-78 + draw.normal(0, 4), -12 + draw.normal(0, 8), -98 + draw.normal(0, 5))
    radius = draw.uniform(14.5, 16.5)
    chest.mass = chest.grid.empty()
    add(chest.grid, chest.mass, centre, (radius, radius * 0.92, radius * 0.96))
    for _ in range(5):
        way = draw.normal(0, 1, 3)
        way *= radius * 0.6 / np.linalg.norm(way)
        x, y, z = np.add(centre, way)
        add(chest.grid, chest.mass, (x, y, z), (radius * 0.55,) * 3, over=4)
    chest.strands = Cloud.joined([_strand(np.array(centre), radius, draw) for _ in range(26)])


def _strand(centre: Floats, radius: float, draw: np.random.Generator) -> Cloud:
    way = draw.normal(0, 1, 3)
    way /= np.linalg.norm(way)
    side = draw.normal(0, 0.12, 3)
    reach = radius * draw.uniform(1.35, 2.1)
    course = [centre + way * radius * 0.8, centre + (way + side) * (radius + reach) / 2,
              centre + (way + side * 2.4) * reach]  # fmt: skip
    return wire(np.array(course, np.float32), draw.uniform(0.4, 0.8), MUSCLE - LUNG, 0.5)


_FINDINGS: dict[Abnormality, Callable[[Thorax], None]] = {
    Abnormality.AORTIC_ANEURYSM: _aortic_aneurysm,
    Abnormality.CARDIOMEGALY: _cardiomegaly,
    Abnormality.LUNG_NODULE: _lung_nodule,
    Abnormality.PACEMAKER: _pacemaker,
    Abnormality.PLEURAL_EFFUSION: _pleural_effusion,
    Abnormality.PNEUMONIA: _pneumonia,
    Abnormality.PNEUMOTHORAX: _pneumothorax,
}
