"""The whole chest of one person, ready to be looked at."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sample_images.anatomy import heart as hearts
from sample_images.anatomy import lungs as airy
from sample_images.anatomy import pulmonary, shoulders, vertebrae
from sample_images.anatomy import ribs as bones
from sample_images.anatomy.body import Body
from sample_images.anatomy.fields import Floats, Grid, blend, single
from sample_images.anatomy.points import Cloud
from sample_images.anatomy.skin import skin

_GRID = Grid.spanning((-204, 204), (-172, 164), (-360, 84), 4.0)
NOTHING = Cloud.joined([])


@dataclass
class Thorax:
    """One chest in the drawing's own mm: fields (see `fields`) and clouds (see `points`).

    Findings change it before anybody looks.
    """

    body: Body
    upright: bool  # for radiographs; computed tomography lays people down, arms raised
    heart: hearts.Heart = field(default_factory=hearts.Heart)
    grid: Grid = _GRID
    haze: Floats | None = None  # what clouds the lung, HU above its own
    metal: Cloud = NOTHING
    strands: Cloud = NOTHING  # scars in the lung
    mass: Floats | None = None
    fluid: Floats | None = None  # in the pleural cavity
    shrunk: Floats | None = None  # the lung in a cavity that holds air besides

    @cached_property
    def great_vessels(self) -> Floats:
        """Aorta, pulmonary arteries and veins near the heart."""
        return hearts.great_vessels(self.grid, self.heart, self.body)

    @cached_property
    def great_vessels_without_fat(self) -> Floats:
        """Only the vessels themselves."""
        return hearts.great_vessels(self.grid, self.heart, self.body, fat=False)

    @cached_property
    def chambers(self) -> Floats:
        """The heart with its muscle and fat."""
        return hearts.chambers(self.grid, self.heart)

    @cached_property
    def airways(self) -> Floats:
        """Air in trachea and main bronchi; an aneurysm presses them aside."""
        air = airy.airways(self.grid)
        if not self.heart.bulge:
            return air
        aorta = hearts.aortic_wall(self.grid, self.heart, self.body)
        return single(np.minimum(air, -aorta - 2))

    @cached_property
    def mediastinum(self) -> Floats:
        """All that lies between the lungs."""
        inner = blend(self.great_vessels, self.chambers, 6)
        inner = blend(inner, single(self.airways + 1.6), 5)
        return blend(inner, airy.septum(self.grid), 8)

    @cached_property
    def cavity(self) -> Floats:
        """What healthy lungs would fill."""
        return airy.pleura(self.grid, self.mediastinum)

    @cached_property
    def lungs(self) -> Floats:
        """Lung with air in it; a finding may leave less."""
        return self.cavity if self.shrunk is None else self.shrunk

    @cached_property
    def gas(self) -> Floats:
        """Gas in the stomach and the bend of the bowel beside it, of somebody upright."""
        return airy.bubbles(self.grid, self.body)

    def skin(self, *, arms_raised: bool) -> Floats:
        """The body's surface."""
        return skin(self.grid, self.body, arms_raised=arms_raised)

    def trunk_across(self) -> tuple[float, float]:
        """From where to where (x, mm) the trunk below the armpits reaches."""
        inside = self.skin(arms_raised=True)[self.grid.z < -100] > 0
        some = self.grid.x[np.flatnonzero(inside.any((0, 1)))]
        return float(some[0]), float(some[-1])

    @cached_property
    def ribs(self) -> list[bones.Rib]:
        """The left ribs."""
        return bones.ribs(self.body)

    @cached_property
    def cage(self) -> Cloud:
        """Ribs, cartilage, sternum."""
        left = Cloud.joined([*(rib.cloud for rib in self.ribs),
                             bones.cartilages(self.body, self.ribs)])  # fmt: skip
        return Cloud.joined([left, left.mirrored(), bones.sternum()])

    @cached_property
    def spine(self) -> Cloud:
        """Vertebrae."""
        return vertebrae.spine(self.body)

    def shoulders(self, *, arms_raised: bool) -> Cloud:
        """Clavicles, shoulder blades, upper arms."""
        left = Cloud.joined([
            shoulders.clavicle(self.body), shoulders.scapula(self.body, raised=arms_raised),
            shoulders.humerus(raised=arms_raised),
        ])  # fmt: skip
        return Cloud.joined([left, left.mirrored()])

    @cached_property
    def vessels(self) -> Cloud:
        """Branching vessels of the lungs, where there is lung."""
        grown = pulmonary.vessels(self.body, self.grid, self.cavity)
        return grown.where(self.grid.at(self.lungs, grown.points) > 0.3)
