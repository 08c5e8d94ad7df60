"""Fine structures as clouds of points: bones, vessels and wires that a coarse grid cannot hold.

Each point stands for a small volume and carries how much more it attenuates than what it lies in.
Seen from any side, a cloud is a histogram; cut into slices, it is one again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sample_images.anatomy.fields import Floats, frame


@dataclass(frozen=True)
class Cloud:
    """Points in mm (n, 3) and their contrast: excess over what surrounds them, HU x mm^3."""

    points: Floats
    contrast: Floats

    @classmethod
    def joined(cls, clouds: Sequence["Cloud"]) -> "Cloud":
        """All of them as one."""
        if not clouds:
            return cls(np.zeros((0, 3), np.float32), np.zeros(0, np.float32))
        return cls(
            np.concatenate([cloud.points for cloud in clouds]),
            np.concatenate([cloud.contrast for cloud in clouds]),
        )

    def where(self, chosen: npt.NDArray[np.bool_ | np.intp]) -> "Cloud":
        """Only the chosen points, in the order chosen."""
        return Cloud(self.points[chosen], self.contrast[chosen])

    def mirrored(self) -> "Cloud":
        """The other side of the body."""
        return Cloud(self.points * np.array([-1, 1, 1], np.float32), self.contrast)


def lengths(course: Floats) -> Floats:
    """How far each point of a course lies along it, in mm."""
    steps = np.linalg.norm(np.diff(course[:, :3], axis=0), axis=1)
    return np.concatenate([[0], np.cumsum(steps)]).astype(np.float32)


def even(course: Floats, step: float) -> Floats:
    """The same course in even steps; further columns (radii) are carried along."""
    far = lengths(course)
    places = np.linspace(0, far[-1], max(2, round(far[-1] / step)) + 1)
    return np.stack([np.interp(places, far, column) for column in course.T], 1).astype(np.float32)


def bar(course: Floats, across: Floats, half: Floats, *, cortex: float, hard: float, soft: float,
        step: float = 0.7, square: float = 2.0) -> Cloud:  # fmt: skip
    """A long bone: cancellous inside, a shell of cortex outside.

    Args:
        course: its middle line (n, 3), in even steps.
        across: (n, 3), the direction of the first half axis of the section.
        half: (n, 2), half axes of the section, mm: along `across` and the third direction.
        cortex: thickness of the shell, mm.
        hard: contrast of the shell, HU.
        soft: contrast of the inside, HU.
        step: between points, mm.
        square: exponent of the section: 2 an ellipse, 4 nearly a rectangle.
    """
    along = np.gradient(course, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    first = across - (across * along).sum(1, keepdims=True) * along
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    length = np.linalg.norm(np.gradient(course, axis=0), axis=1)
    draw = np.random.default_rng(len(course))
    shell = _shell(half, cortex, step, square, draw)
    inner = _inside(half, cortex, 1.5 * step, square, draw)
    clouds = []
    for (u, v, area), value in ((shell, hard), (inner, soft)):
        # Shaken a little along the bone, so that no pattern of steps shows.
        shift = draw.uniform(-0.5, 0.5, u.shape).astype(np.float32) * step
        place = course[:, None] + along[:, None] * shift[..., None]
        place += first[:, None] * u[..., None]
        place += second[:, None] * v[..., None]
        amount = area * (length[:, None] * np.float32(value))
        clouds.append(Cloud(place.reshape(-1, 3).astype(np.float32),
                            amount.ravel().astype(np.float32)))  # fmt: skip
    return Cloud.joined(clouds)


Section = tuple[Floats, Floats, Floats]  # two coordinates and an area, mm: one row a section


def _shell(half: Floats, cortex: float, step: float, square: float,
           draw: np.random.Generator) -> Section:  # fmt: skip
    """Points of the cortex of each section, each turned by chance."""
    mean = half.mean(0)
    turn = max(12, round(np.pi * (mean[0] + mean[1]) / step))
    phase = draw.uniform(0, 1, (len(half), 1)).astype(np.float32)
    angle = (np.arange(turn, dtype=np.float32) + phase) * np.float32(2 * np.pi / turn)
    power = 2 / square
    c, s = np.cos(angle), np.sin(angle)
    u = np.sign(c) * np.abs(c) ** power * half[:, :1]
    v = np.sign(s) * np.abs(s) ** power * half[:, 1:]
    area = np.hypot(np.gradient(u, axis=1), np.gradient(v, axis=1)) * cortex
    layers = max(2, round(cortex / (0.8 * step)))
    parts: list[Section] = []
    for layer in range(layers):
        deep = (layer + 0.5) * cortex / layers
        thinner = np.clip(1 - deep / half, 0.1, None)
        parts.append((u * thinner[:, :1], v * thinner[:, 1:], area / layers))
    return tuple(np.concatenate(column, 1) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def _inside(half: Floats, cortex: float, step: float, square: float,
            draw: np.random.Generator) -> Section:  # fmt: skip
    """Points of the cancellous bone of each section, strewn by chance."""
    room = np.clip(half - cortex, 0.2, None)
    number = max(6, round(float(np.pi * room.prod(1).mean() / step**2)))
    angle = draw.uniform(0, 2 * np.pi, (len(half), number)).astype(np.float32)
    radius = np.sqrt(draw.uniform(0, 1, (len(half), number))).astype(np.float32)
    c, s = np.cos(angle), np.sin(angle)
    power = 2 / square
    u = radius * np.sign(c) * np.abs(c) ** power * room[:, :1]
    v = radius * np.sign(s) * np.abs(s) ** power * room[:, 1:]
    area = np.broadcast_to(np.pi * room.prod(1)[:, None] / number, u.shape)
    return u, v, area


def wire(course: Floats, radius: float, contrast: float, step: float = 0.35) -> Cloud:
    """A round wire or a small tube along a course, filled."""
    middle = even(course, step)
    along = np.gradient(middle, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    u = np.cross(along, frame((0.3, 0.9, 0.4))[2])
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(along, u)
    spread = disc(max(5, round(np.pi * radius**2 / step**2)))
    place = middle[:, None] + radius * (u[:, None] * spread[:, :1] + v[:, None] * spread[:, 1:])
    total = np.pi * radius**2 * lengths(middle)[-1] * contrast
    number = place.shape[0] * place.shape[1]
    return Cloud(place.reshape(-1, 3).astype(np.float32),
                 np.full(number, total / number, np.float32))  # fmt: skip


def disc(number: int) -> Floats:
    """Points spread evenly over the unit disc (sunflower)."""
    k = np.arange(number) + 0.5
    radius, angle = np.sqrt(k / number), k * np.pi * (3 - 5**0.5)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]).astype(np.float32)
