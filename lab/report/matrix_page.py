"""The matrix as one HTML page: a picture to hang on a wall. No scripts, nothing loaded."""

from collections.abc import Mapping, Sequence
from typing import Any

from lab.matrix.model import Matrix, Rogue
from lab.probe import Answer
from lab.report import grid, templates
from lab.report.grid import WORDS, Cell, Kind

SIGNS: Mapping[Kind, str] = {
    Kind.THROUGH: "●",
    Kind.BACK: "●",
    Kind.STOPPED: "■",
    Kind.HELD: "■",
    Kind.CLOSED: "",
    Kind.UNKNOWN: "?",
}


def page(matrix: Matrix) -> str:
    """The whole page."""
    return templates.render(
        "matrix.html.jinja",
        matrix=matrix,
        headline=grid.headline(matrix),
        size=grid.size(matrix),
        well=matrix.exit_code == 0,
        groups=grid.groups(matrix),
        rows=[_row(matrix, probe) for probe in matrix.rows],
        lessons=grid.lessons(matrix),
        faults=grid.faults(matrix),
        legend=[(str(kind), SIGNS[kind], words) for kind, words in WORDS.items()],
        proofs=_proofs(matrix),
        rogue=matrix.rogue,
        rogue_kinds=_rogue_kinds(matrix.rogue),
    )


def _row(matrix: Matrix, probe: str) -> dict[str, Any]:
    cells = [_cell(cell) for cell in grid.row(matrix, probe)]
    return {"id": probe, "question": matrix.questions[probe], "cells": cells}


def _cell(cell: Cell) -> dict[str, str]:
    """Class, sign, and what is told to who points at it."""
    held = f" ({', '.join(cell.held_by)})" if cell.held_by else ""
    said = f"; {cell.evidence}" if cell.evidence else ""
    words = f"{cell.column}: {WORDS[cell.kind]}{held}{said}"
    sign = str(len(cell.held_by)) if cell.held_by else SIGNS[cell.kind]
    return {"kind": str(cell.kind), "sign": sign, "words": words}


def _proofs(matrix: Matrix) -> Sequence[dict[str, Any]]:
    """What several controls hold, and that it is back without all of them."""
    return [
        {"probe": one.probe, "without": one.without, "back": one.answer == "yes"}
        for one in matrix.proofs
    ]


def _rogue_kinds(rogue: Rogue) -> Mapping[str, Mapping[str, Kind]]:
    """By row and column: which colour it has. Going on is right with the good one alone."""
    return {
        row: {column: _rogue_kind(answer, row == rogue.good) for column, answer in cells.items()}
        for row, cells in rogue.cells.items()
    }


def _rogue_kind(answer: Answer, good: bool) -> Kind:  # noqa: FBT001 - one of two
    if good:
        return Kind.HELD if answer is Answer.YES else Kind.UNKNOWN
    return Kind.THROUGH if answer is Answer.YES else Kind.STOPPED
