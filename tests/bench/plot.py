"""Cost as the archive grows, as an SVG: one panel for each question, both scales logarithmic."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT, GAP = 300, 260, 60
"""Pixels of a panel, and between two."""
TOP, LEFT, BOTTOM, LEGEND = 40, 50, 40, 24
COLOURS = ("#0b6e4f", "#3a86ff", "#8338ec", "#d1495b", "#edae49", "#6c757d")
STYLE = "font-family: sans-serif; font-size: 12px; background: white"


@dataclass(frozen=True)
class Panel:
    """What is drawn: points (size of the archive, milliseconds) by server."""

    title: str
    lines: Mapping[str, Sequence[tuple[int, float]]]


@dataclass(frozen=True)
class Scale:
    """Values to pixels, by their logarithm; whole powers of ten at both ends."""

    lowest: int
    highest: int
    begin: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], begin: float, end: float) -> "Scale":
        """Wide enough for all values."""
        found = [*values]
        lowest = math.floor(math.log10(min(found)))
        return cls(lowest, max(math.ceil(math.log10(max(found))), lowest + 1), begin, end)

    def __call__(self, value: float) -> float:
        """Where a value lies."""
        share = (math.log10(value) - self.lowest) / (self.highest - self.lowest)
        return self.begin + share * (self.end - self.begin)

    @property
    def ticks(self) -> list[float]:
        """Powers of ten."""
        return [10.0**power for power in range(self.lowest, self.highest + 1)]


def svg(panels: Sequence[Panel], across: str, upward: str) -> str:
    """The whole picture; panels share their scales, so that they can be compared."""
    points = [point for panel in panels for line in panel.lines.values() for point in line]
    if not points:
        raise ValueError("nothing was measured that could be drawn")
    names = [*dict.fromkeys(name for panel in panels for name in panel.lines)]
    colours = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(names)}
    x = Scale.over((size for size, _ in points), 0, WIDTH)
    y = Scale.over((cost for _, cost in points), HEIGHT, 0)
    body = [
        f'<g transform="translate({LEFT + at * (WIDTH + GAP)},{TOP})">'
        + _axes(panel.title, x, y)
        + "".join(_line(name, colours[name], line, x, y) for name, line in panel.lines.items())
        + "</g>"
        for at, panel in enumerate(panels)
    ]
    width = LEFT + len(panels) * (WIDTH + GAP)
    height = TOP + HEIGHT + BOTTOM + LEGEND
    body.append(_text(LEFT, 14, f"{upward}, by {across}"))
    body.append(_legend(colours, width))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="{STYLE}">\n' + "\n".join(body) + "\n</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _axes(title: str, x: Scale, y: Scale) -> str:
    parts = [_text(WIDTH / 2, -8, title, "middle")]
    parts += [
        f'<path d="M0 {y(tick):.1f}H{WIDTH}" stroke="#ddd"/>'
        + _text(-6, y(tick) + 4, f"{tick:,g}", "end")
        for tick in y.ticks
    ]
    parts += [
        f'<path d="M{x(tick):.1f} 0V{HEIGHT}" stroke="#eee"/>'
        + _text(x(tick), HEIGHT + 18, f"{tick:,.0f}", "middle")
        for tick in x.ticks
    ]
    return "".join(parts)


def _line(name: str, colour: str, points: Sequence[tuple[int, float]], x: Scale, y: Scale) -> str:
    """The points are told, too: a reader may hover, a test may read."""
    path = " ".join(f"{x(size):.1f},{y(cost):.1f}" for size, cost in points)
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    dots = "".join(
        f'<circle cx="{x(size):.1f}" cy="{y(cost):.1f}" r="3.5" fill="{colour}">'
        f"<title>{escape(name)}: {size:,} instances, {cost:.3g} ms</title></circle>"
        for size, cost in points
    )
    return line + dots


def _legend(colours: Mapping[str, str], width: float) -> str:
    each = (width - LEFT) / len(colours)
    y = TOP + HEIGHT + BOTTOM + 8
    return "".join(
        f'<circle cx="{LEFT + at * each:.1f}" cy="{y - 4}" r="4" fill="{colour}"/>'
        + _text(LEFT + at * each + 10, y, name)
        for at, (name, colour) in enumerate(colours.items())
    )
