"""A chest laid on its back and cut across: its tissues in the order that they cover each other."""

from dataclasses import dataclass

import numpy as np

from sample_images.anatomy import abdomen, bronchi, cage, chest_wall, heart, lungs, tissues
from sample_images.anatomy.fields import Floats, blend, single
from sample_images.anatomy.thorax import Thorax
from sample_images.anatomy.vertebrae import axis_of_spine


@dataclass(frozen=True)
class Layer:
    """A tissue that covers what came before it: a field, its CT number, how uneven it is (HU)."""

    shape: Floats
    value: float
    uneven: float = 0.0


def lowest(chest: Thorax) -> float:
    """How far back the couch lets the skin reach (y, mm): its weight flattens the back."""
    inside = np.flatnonzero((chest.skin(arms_raised=True) > 0).any((0, 2)))
    return float(chest.grid.y[inside[-1]] - 9)


def layers(chest: Thorax, *, contrast_agent: bool) -> list[Layer]:
    """Everything but lungs and bones, from the skin inwards."""
    agent = 1.0 if contrast_agent else 0.0
    back = single(lowest(chest) - chest.grid.axes[1])
    skin = -blend(-chest.skin(arms_raised=True), -back, 16)
    every = [*_wall(chest, skin, agent), *_belly(chest, agent), *_middle(chest, agent)]
    return [layer for layer in every if layer.shape.max() > 0]


def _wall(chest: Thorax, skin: Floats, agent: float) -> list[Layer]:
    """Skin, fat, breasts, muscles; inside, fat."""
    body, grid = chest.body, chest.grid
    wall = cage.wall(grid)
    deep, outer = chest_wall.muscles(grid, body, wall, skin)
    muscle = tissues.MUSCLE + 8 * agent
    return [
        Layer(skin, 20),
        Layer(single(skin - 1.6), tissues.FAT, 9),
        Layer(chest_wall.glands(grid, body, skin), tissues.GLAND, 14),
        Layer(outer, muscle, 9),
        Layer(deep, muscle, 9),
        Layer(single(np.minimum(wall + 1, skin - 12)), tissues.FAT + 6, 12),
        Layer(single(np.minimum(chest_wall.between_ribs(wall), skin - 8)), muscle - 12, 14),
        Layer(chest_wall.beside_spine(grid), muscle - 14, 10),
        Layer(chest_wall.canal(grid), 26),
    ]


def _belly(chest: Thorax, agent: float) -> list[Layer]:
    """The diaphragm and what lies under it."""
    body, grid = chest.body, chest.grid
    wall, below = cage.wall(grid), -lungs.above_diaphragm(grid)
    room = np.minimum(wall, below)
    lumen = single(abdomen.stomach(grid, single(room - 4), body) - 4)
    diaphragm = single(np.minimum(2.2 - np.abs(below - 2.2), wall))
    crura = abdomen.crura(grid, axis_of_spine(grid.z)[:, 1])
    return [
        Layer(abdomen.kidneys(grid), 32 + 150 * agent, 8),
        Layer(diaphragm, tissues.MUSCLE - 10),
        Layer(abdomen.spleen(grid, room), tissues.SPLEEN + 70 * agent, 7),
        Layer(abdomen.stomach(grid, room, body), 42, 8),
        Layer(lumen, tissues.STOMACH, 16),
        Layer(abdomen.liver(grid, room), tissues.LIVER + 48 * agent, 7),
        Layer(abdomen.gas(grid, lumen, body), tissues.AIR),
        Layer(crura, tissues.MUSCLE + 8 * agent),
    ]


def _middle(chest: Thorax, agent: float) -> list[Layer]:
    """Gullet, heart, great vessels, windpipe; fluid beside the lung."""
    body, grid = chest.body, chest.grid
    left, right = heart.cavities(grid, chest.heart)
    blood = tissues.BLOOD
    every = [
        Layer(bronchi.gullet(grid), 38, 10),
        Layer(heart.chambers(grid, chest.heart, fat=False), 46 + 45 * agent, 6),
        Layer(heart.grooves(grid, chest.heart), tissues.FAT + 25, 10),
        Layer(right, blood + 118 * agent, 3),
        Layer(left, blood + 145 * agent, 3),
        Layer(chest.great_vessels_without_fat, blood + 120 * agent, 3),
    ]
    if chest.heart.bulge:
        every.append(Layer(heart.aortic_wall(grid, chest.heart, body), 44, 6))
        every.append(Layer(heart.lumen(grid, chest.heart, body), blood + 215 * agent, 3))
    if chest.fluid is not None:
        every.append(Layer(chest.fluid, tissues.EFFUSION, 3))
    every.append(Layer(single(chest.airways + 1.5), 25))
    return every
