"""How much longer a workstation waits while two hundred peers misbehave: 95th percentiles."""

import statistics
import tempfile
from pathlib import Path

from rich.table import Table

from tests.misuse.abusers import Abusers
from tests.misuse.workstation import ABUSERS, both_archives, serve_the_workstation, victims_of

SECONDS = 10.0
"""Of each of the two measurements of a round."""
AT_MOST = 2.0
"""The target: times the quiet 95th percentile."""


def misuse(rounds: int) -> Table:
    """Quiet, then with the abusers, in turn; medians of the rounds' percentiles and ratios."""
    table = Table(
        "archive", "asked", "p95 quiet", "p95 meanwhile", f"ratio (at most {AT_MOST:.0f})",
        "calls of abusers", "largest worker",
    )  # fmt: skip
    with (
        tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder,
        both_archives(Path(folder) / "lab") as archives,
    ):
        for which, (scene, server) in archives.items():
            quiet, busy, calls, memory = [], [], 0, 0
            for _ in range(rounds):
                quiet.append(serve_the_workstation(scene, SECONDS).p95())
                with Abusers(victims_of(scene), ABUSERS) as abusers:
                    busy.append(serve_the_workstation(scene, SECONDS).p95())
                    memory = max(memory, server.memory())
                calls += abusers.calls.total()
            for number, asked in enumerate(("C-ECHO on a new association", "C-FIND")):
                before = [round_[number] for round_ in quiet]
                during = [round_[number] for round_ in busy]
                table.add_row(
                    f"pacs-{which}", asked, _shown(before), _shown(during),
                    _verdict(before, during), str(calls), f"{memory / 2**20:.0f} MiB",
                )  # fmt: skip
    return table


def _shown(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f} ms"


def _verdict(before: list[float], during: list[float]) -> str:
    ratio = statistics.median(b / a for a, b in zip(before, during, strict=True))
    return f"{ratio:.2f}, {'met' if ratio <= AT_MOST else f'missed by {ratio / AT_MOST:.1f} x'}"
