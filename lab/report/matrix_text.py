"""The matrix for a terminal: one sign a cell, one letter a control, one number at the end."""

import string
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from lab.matrix.model import Matrix
from lab.report import grid
from lab.report.grid import WORDS, Kind

SIGNS: Mapping[Kind, tuple[str, str]] = {
    Kind.THROUGH: ("●", "red"),
    Kind.BACK: ("◆", "bold red"),
    Kind.STOPPED: ("■", "green"),
    Kind.HELD: ("+", "green"),
    Kind.CLOSED: ("·", "dim"),
    Kind.UNKNOWN: ("?", "yellow"),
}
"""By kind: a sign and its colour; without colours the signs say it all."""


def matrix(filled: Matrix) -> RenderableType:
    """Everything but the last line, which is :func:`last_line`."""
    letters = _letters(filled)
    return Group(
        _head(filled, letters),
        *(_row(filled, probe) for probe in filled.rows),
        Text(),
        *_legend(filled, letters),
        Text(),
        *_lessons(filled),
        Text(),
        *_depth(filled),
        *_rogue(filled),
        *(Text(f"also learned: {line}", "dim") for line in filled.information),
        *(Text(f"not tested: {probe}: {why}") for probe, why in filled.not_tested.items()),
        *(Text(f"unproven: {fault}", "bold red") for fault in grid.faults(filled)),
    )


def last_line(filled: Matrix) -> Text:
    """The one number, and how much was asked for it."""
    colour = "bold green" if filled.exit_code == 0 else "bold red"
    return Text(grid.headline(filled), colour).append(f"    ({grid.size(filled)})", "default")


def _letters(filled: Matrix) -> Mapping[str, str]:
    """A letter for each label; "open" and "secure" have columns of their own."""
    labels = {
        label: None
        for group in grid.groups(filled)
        if len(group.columns) > 1 or group.columns[0].startswith((grid.ALONE, grid.WITHOUT))
        for label in group.labels()
    }
    return dict(zip(labels, string.ascii_letters, strict=False))


def _width(filled: Matrix) -> int:
    return max(len(probe) for probe in (*filled.rows, "probe")) + 2


def _head(filled: Matrix, letters: Mapping[str, str]) -> Text:
    names = {"open": "O", "secure": "S"}
    parts = [
        "".join(letters.get(label) or names.get(label, "?") for label in group.labels())
        for group in grid.groups(filled)
    ]
    return Text(f"{'probe':<{_width(filled)}}{'  '.join(parts)}", "bold")


def _row(filled: Matrix, probe: str) -> Text:
    line, cells = Text(f"{probe:<{_width(filled)}}"), iter(grid.row(filled, probe))
    for place, group in enumerate(grid.groups(filled)):
        line.append("  " if place else "")
        for _ in group.columns:
            line.append(*SIGNS[next(cells).kind])
    return line


def _legend(filled: Matrix, letters: Mapping[str, str]) -> Sequence[Text]:
    signs = Text()
    for kind, (sign, colour) in SIGNS.items():
        signs.append(f"{sign} ", colour).append(f"{WORDS[kind]}   ")
    names = "   ".join(f"{letter} {label}" for label, letter in letters.items())
    between = "; ".join(group.title for group in grid.groups(filled))
    return (Text(f"from left to right: {between}", "dim"), signs, Text(names, "dim"))


def _lessons(filled: Matrix) -> Sequence[Text]:
    """The AE titles' lesson: what still gets through, step by step."""
    lines = [Text("What still gets through:", "bold")]
    for lesson in grid.lessons(filled):
        count = f"{len(lesson.through)} of {len(filled.rows)}"
        line = Text(f"  {count:>9}  ", "red" if lesson.through else "green")
        lines.append(line.append(lesson.title, "bold default").append(f": {lesson.words}", "dim"))
    return lines


def _depth(filled: Matrix) -> Sequence[Text]:
    """What several controls hold."""
    held = {claim.probe: claim.held_by for claim in filled.claims if claim.held_by}
    if not held:
        return ()
    lines = [
        Text("Held by more than one control, so that removing one does not bring it back:", "bold")
    ]
    for probe, holders in held.items():
        stops = [claim.control for claim in filled.claims if claim.probe == probe]
        extra = [name for name in holders if name not in stops]
        lines.append(Text(f"  {probe}: {', '.join([*stops, *extra])}"))
    return lines


def _rogue(filled: Matrix) -> Sequence[Text]:
    """Our own devices before archives with bad certificates."""
    rogue = filled.rogue
    if not rogue.rows:
        return ()
    bad = len(rogue.rows) - 1
    refused = f"Our own devices refused {bad - len(rogue.fooled_by)} of {bad} archives"
    lines = [Text(f"{refused} that are not what they say.", "bold")]
    for column in rogue.columns[1:]:
        taken = [
            row for row in rogue.rows if row != rogue.good and rogue.cells[row][column] == "yes"
        ]
        lines.append(Text(f"  {column}: they take {', '.join(taken) or 'none of them'}", "dim"))
    return [*lines, Text()]
