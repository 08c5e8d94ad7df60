"""What was measured, turn by turn: medians, and ratios of what was measured in the same turn."""

import contextlib
import statistics
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from tests.bench.lean import FailedError
from tests.bench.measuring import Burst
from tests.bench.servers import Server

Value = Callable[[Burst], float]
"""The figure of a burst that is looked at."""


def rate(burst: Burst) -> float:
    """A second."""
    return burst.rate


class Results:
    """Bursts by server and column; what failed is kept as what it said."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[int, Burst | str]] = {}

    def keep(self, server: Server, column: str, turn: int, work: Callable[[], Burst]) -> None:
        """Do a work and keep what came of it."""
        kept = self._kept.setdefault((server.name, column), {})
        try:
            kept[turn] = work()
        except (FailedError, OSError, subprocess.SubprocessError) as error:
            kept[turn] = str(error)

    @contextlib.contextmanager
    def failing(self, server: Server, what: str) -> Iterator[None]:
        """Keep a failure outside the works."""
        try:
            yield
        except FailedError as error:
            self._kept.setdefault((server.name, what), {})[0] = str(error)

    def has_tried(self, server: Server, column: str) -> bool:
        """Whether there is a figure, or a failure."""
        return (server.name, column) in self._kept

    def bursts(self, server: Server, column: str) -> dict[int, Burst]:
        """What succeeded, by turn."""
        kept = self._kept.get((server.name, column), {})
        return {turn: one for turn, one in kept.items() if isinstance(one, Burst)}

    def median(self, server: Server, column: str, value: Value = rate) -> float | None:
        """Over the turns; None where nothing succeeded."""
        found = [value(one) for one in self.bursts(server, column).values()]
        return statistics.median(found) if found else None

    def ratio(
        self, mine: tuple[Server, str], its: tuple[Server, str], value: Value = rate
    ) -> float | None:
        """The median of the ratios turn by turn; None where a side is missing."""
        ours, theirs = self.bursts(*mine), self.bursts(*its)
        found = [
            value(ours[turn]) / value(theirs[turn])
            for turn in sorted(ours.keys() & theirs.keys())
            if value(theirs[turn])
        ]
        return statistics.median(found) if found else None

    def failures(self) -> list[str]:
        """What did not succeed, a line each."""
        return [
            f"{name}, {column}: {one}"
            for (name, column), kept in self._kept.items()
            for one in dict.fromkeys(one for one in kept.values() if isinstance(one, str))
        ]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, which bursts, which of their figures, how it is written."""

    head: str
    work: str
    value: Value = rate
    form: str = "{:.0f}"

    def cell(self, results: Results, server: Server) -> str:
        """The median, or why there is none."""
        if server.absent:
            return "absent"
        if not results.has_tried(server, self.work):
            return "-"
        median = results.median(server, self.work, self.value)
        return "failed" if median is None else self.form.format(median)


def table(
    title: str, results: Results, servers: Sequence[Server], columns: Sequence[Column]
) -> Table:
    """A row for each server."""
    made = Table("server", "promised by 0000H", *(column.head for column in columns), title=title)
    for server in servers:
        cells = [column.cell(results, server) for column in columns]
        made.add_row(server.name, server.promise, *cells)
    return made
