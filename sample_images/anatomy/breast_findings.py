"""What is drawn into the full-size picture: vessels, a lymph node, and what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sample_images.anatomy.body import Body
from sample_images.anatomy.breast import Breast, Finding, View
from sample_images.anatomy.breast_section import Lattice
from sample_images.anatomy.fields import Floats
from sample_images.patients import Abnormality

Place = tuple[float, float]  # x, y in mm


def draw_all(picture: Floats, at: Lattice, breast: Breast, body: Body) -> None:
    """Add everything to `picture`, in place."""
    _vessels(picture, at, breast, body.draw(*breast.seed, "vessels"))
    if breast.view is View.MLO:
        _lymph_node(picture, at, breast, body.draw(*breast.seed, "node"))
    if breast.finding is not None:
        draw = body.draw("mammogram", "finding", breast.view)
        _DRAWN[breast.finding.kind](picture, at, breast.finding, draw)


def _window(at: Lattice, place: Place, reach: float) -> tuple[tuple[slice, slice], Floats, Floats]:
    """The pixels within `reach` mm of a place, and x and y from it."""
    rows = slice(max(0, int((place[1] - reach) / at.pitch)), int((place[1] + reach) / at.pitch) + 1)
    columns = slice(
        max(0, int((place[0] - reach) / at.pitch)), int((place[0] + reach) / at.pitch) + 1
    )
    return (rows, columns), at.x[:, columns] - place[0], at.y[rows] - place[1]


def _stroke(
    picture: Floats, at: Lattice, one: Place, other: Place, *, half: float, bright: float
) -> None:
    """A soft straight line; of lines that meet, the brighter counts."""
    middle = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
    along = other[0] - one[0], other[1] - one[1]
    length = float(np.hypot(*along))
    soft = max(half, at.pitch)
    window, x, y = _window(at, middle, length / 2 + 3 * soft)
    if 0 in picture[window].shape:
        return
    x, y = x + along[0] / 2, y + along[1] / 2
    share = np.clip((x * along[0] + y * along[1]) / (length**2 + 1e-6), 0, 1)
    square = (x - share * along[0]) ** 2 + (y - share * along[1]) ** 2
    shape = np.float32(bright * half / soft) * np.exp(-square / (soft * soft))
    picture[window] = np.maximum(picture[window], shape)


@dataclass(frozen=True)
class _Vessel:
    """Where a vessel is, which way it runs (rad), half its width (mm), how often it may fork."""

    place: Place
    course: float
    half: float
    forks: int


def _vessels(picture: Floats, at: Lattice, breast: Breast, draw: np.random.Generator) -> None:
    """Veins wander from the chest wall towards the nipple and fork."""
    lines = np.zeros_like(picture)
    for _ in range(4):
        y = breast.nipple[1] + float(draw.uniform(-70, 60))
        _walk(lines, at, breast, draw, _Vessel((0.0, y), float(draw.normal(0, 0.25)), 0.75, 1))
    picture += lines * (picture > 0)


def _walk(
    lines: Floats, at: Lattice, breast: Breast, draw: np.random.Generator, start: _Vessel
) -> None:
    """A vessel, step by step, until it comes near the skin."""
    place, course, half, forks = start.place, start.course, start.half, start.forks
    for step in range(60):
        pull = np.arctan2(breast.nipple[1] - place[1], breast.nipple[0] * 0.9 - place[0])
        course += float(draw.normal(0, 0.16)) + 0.05 * float(pull - course)
        on = _polar(place, course, 3.0)
        reach = np.interp(on[1], breast.outline[:, 0], breast.outline[:, 1])
        if on[0] > reach - 7 or on[0] < 0:
            return
        _stroke(lines, at, place, on, half=half, bright=0.075)
        place, half = on, max(0.3, half * 0.985)
        if forks and step > 6 and draw.random() < 0.05:
            turn = float(draw.choice((-0.6, 0.6)))
            _walk(lines, at, breast, draw, _Vessel(place, course + turn, half * 0.75, forks - 1))


def _lymph_node(picture: Floats, at: Lattice, breast: Breast, draw: np.random.Generator) -> None:
    """An oval node in the armpit, with the fat of its hilum in the middle."""
    y = float(draw.uniform(18, 42))
    edge = float(np.interp(y, breast.muscle[:, 0], breast.muscle[:, 1]))
    window, X, Y = _window(at, (edge - 8 + float(draw.uniform(-4, 8)), y), 14)
    turn = float(draw.uniform(0.7, 1.3))
    u, v = X * np.cos(turn) + Y * np.sin(turn), Y * np.cos(turn) - X * np.sin(turn)
    whole = _inside(1 - np.hypot(u / 7.0, v / 4.4), 0.3)
    hilum = _inside(1 - np.hypot((u - 0.8) / 3.6, (v - 2.6) / 2.4), 1.2)
    picture[window] += 0.075 * whole - 0.09 * hilum * whole


def _inside(value: Floats, soft: float) -> Floats:
    share: Floats = np.clip(0.5 + value / np.float32(soft), 0, 1)
    return share


def _spiculated_mass(
    picture: Floats, at: Lattice, finding: Finding, draw: np.random.Generator
) -> None:
    """A dense, ragged core with fine strands that run out into the fat."""
    window, X, Y = _window(at, finding.place, 4.2 * finding.size)
    angle, r = np.arctan2(Y, X), np.hypot(X, Y)
    ragged = np.full_like(angle, finding.size)
    for waves in range(2, 13):
        strength = 0.22 * finding.size / waves
        ragged += strength * np.sin(waves * angle + float(draw.uniform(0, 6.3)))
    core = 1 / (1 + np.exp((r - ragged) / 0.8))
    picture[window] += (0.30 * core * (1 - 0.15 * r / finding.size)).astype(np.float32)
    picture[window] += (0.06 * np.exp(-((r / (1.9 * finding.size)) ** 2))).astype(np.float32)
    lines = np.zeros_like(picture[window])
    near = _nearby(at, window)
    middle = finding.place[0] - _left(at, window), finding.place[1] - _top(at, window)
    for _ in range(34):
        way, length = float(draw.uniform(0, 6.3)), finding.size * float(draw.uniform(1.5, 3.0))
        half, place = float(draw.uniform(0.22, 0.5)), _polar(middle, way, 0.8 * finding.size)
        for part in range(5):  # each strand wavers and fades
            way += float(draw.normal(0, 0.13))
            on = _polar(place, way, (length - 0.8 * finding.size) / 5)
            _stroke(lines, near, place, on, half=half, bright=0.15 * (1 - 0.17 * part))
            place, half = on, half * 0.86
    picture[window] += lines * (1 - 0.8 * core)


def _nearby(at: Lattice, window: tuple[slice, slice]) -> Lattice:
    rows, columns = window
    return replace(at, rows=rows.stop - rows.start, columns=columns.stop - columns.start)


def _left(at: Lattice, window: tuple[slice, slice]) -> float:
    return float(window[1].start * at.pitch)


def _top(at: Lattice, window: tuple[slice, slice]) -> float:
    return float(window[0].start * at.pitch)


def _polar(place: Place, way: float, length: float) -> Place:
    return place[0] + length * float(np.cos(way)), place[1] + length * float(np.sin(way))


def _microcalcifications(
    picture: Floats, at: Lattice, finding: Finding, draw: np.random.Generator
) -> None:
    """A cluster of bright grains, unlike each other, some in a row as in a duct."""
    window, X, Y = _window(at, finding.place, 3 * finding.size)
    haze = np.exp(-((np.hypot(X, Y) / (1.3 * finding.size)) ** 2))
    picture[window] += (0.07 * haze).astype(np.float32)
    duct = float(draw.uniform(0, 3.1))
    for grain in range(44):
        away = finding.size * float(abs(draw.normal(0, 0.62)))
        way = duct + float(draw.normal(0, 0.16)) if grain % 2 else float(draw.uniform(0, 6.3))
        place = _polar(finding.place, way + (3.14 if draw.random() < 0.5 else 0), away)
        half = float(draw.uniform(0.12, 0.34))
        end = _polar(place, float(draw.uniform(0, 6.3)), min(float(draw.exponential(0.4)), 1.2))
        grains = np.zeros_like(picture[_window(at, place, 4)[0]])
        part = _window(at, place, 4)[0]
        shift = _left(at, part), _top(at, part)
        _stroke(
            grains, _nearby(at, part), (place[0] - shift[0], place[1] - shift[1]),
            (end[0] - shift[0], end[1] - shift[1]), half=half, bright=float(draw.uniform(0.3, 0.6)),
        )  # fmt: skip
        picture[part] += grains


def _cyst(picture: Floats, at: Lattice, finding: Finding, draw: np.random.Generator) -> None:
    """A round, even, sharply bordered mass with a thin dark halo of pressed fat."""
    window, X, Y = _window(at, finding.place, 2 * finding.size)
    turn = float(draw.uniform(0, 3.1))
    u, v = X * np.cos(turn) + Y * np.sin(turn), Y * np.cos(turn) - X * np.sin(turn)
    r = np.hypot(u / (1.12 * finding.size), v / (0.92 * finding.size))
    body = 1 / (1 + np.exp((r - 1) * finding.size / 0.35))
    halo = np.exp(-(((r - 1.09) / 0.055) ** 2))
    even = 0.77 - 0.07 * np.minimum(r, 1) ** 2
    part = picture[window]
    part += (body * np.maximum(0.85 * (even - part), 0.05) - 0.10 * halo * (part > 0.2)).astype(
        np.float32
    )


_DRAWN: dict[Abnormality, Callable[[Floats, Lattice, Finding, np.random.Generator], None]] = {
    Abnormality.SPICULATED_MASS: _spiculated_mass,
    Abnormality.MICROCALCIFICATIONS: _microcalcifications,
    Abnormality.CYST: _cyst,
}
