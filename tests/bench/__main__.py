"""`make bench`: what the archives and the demo cost on this machine, side by side in one run.

Servers take turns in every round, so that a machine that slows down slows all of them; medians
and ratios are printed, with what each server has promised when it answers. Programs that are
absent are named as absent.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from lab import catalogue
from lab.matrix.run import Plan, fill
from lab.report import grid
from sample_images.manifest import Manifest
from sample_images.writing import write
from tests.bench import stores, targets
from tests.bench.engines import resets, sizes
from tests.bench.many import many
from tests.bench.misuse import misuse
from tests.bench.one import visits
from tests.bench.rows import SERVERS

WIDTH = 180
"""Characters of a line: the tables have many columns."""
MANY = 200
"""Archives on one list."""


def main() -> int:
    """Measure and print; 0 whatever the figures are, because a benchmark does not judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument(
        "--only",
        choices=("stores", "misuse", "images", "matrix", "demo", "engines", "verify"),
        help="one part alone",
    )
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a sender sends")
    options = parser.parse_args()
    console = Console(width=WIDTH)
    if options.only in {None, "stores"}:
        measure_stores(console, options)
    if options.only in {None, "misuse"}:
        console.print(misuse(options.rounds))
    if options.only in {None, "images"}:
        console.print(images())
    if options.only in {None, "matrix"}:
        console.print(matrix())
    if options.only in {None, "demo"}:
        console.print(f"demo: {demo(options.rounds):.1f} s (median of {options.rounds})")
    if options.only in {None, "engines"}:
        console.print(sizes())
        console.print(resets(options.rounds))
    if options.only in {None, "verify"}:
        console.print(visits(options.rounds))
        console.print(many(MANY))
    return 0


def measure_stores(console: Console, options: argparse.Namespace) -> None:
    """How fast each server stores, and which of the speeds to reach were reached."""
    results = stores.measure(SERVERS, options.rounds, options.seconds)
    for made in stores.tables(results, SERVERS):
        console.print(made)
    console.print(targets.judged(results, targets.STORES))
    for failure in results.failures():
        console.print(f"failed: {failure}")


def images() -> str:
    """The drawing of the demo's images."""
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
        manifest, seconds = generate(Path(folder))
        size = sum((Path(folder) / entry.file).stat().st_size for entry in manifest.instances())
        count = sum(1 for _ in manifest.instances())
    return f"images: {count} instances, {size / 1e6:.0f} MB in {seconds:.1f} s"


def generate(images: Path) -> tuple[Manifest, float]:
    """The demo's 16 patients at full size, and the seconds it took."""
    started = time.monotonic()
    manifest = write(images, patients=16)
    return manifest, time.monotonic() - started


def matrix() -> str:
    """The whole matrix, once: what was asked in how many seconds, and the claims it proved."""
    filled = fill(Plan(catalogue.controls()), lambda *_: None)
    again = f", {len(filled.asked_again)} times a column anew" if filled.asked_again else ""
    return f"matrix: {grid.size(filled)}; {grid.headline(filled)}{again}"


def demo(rounds: int) -> float:
    """Median seconds of the whole demo at full size."""
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
            started = time.monotonic()
            command = [sys.executable, "-m", "lab", "demo", "--out", folder]
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.monotonic() - started)
    return statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
