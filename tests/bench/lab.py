"""What the lab itself costs: the drawing of images, the whole matrix, the whole demo."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab import catalogue
from lab.matrix.run import Plan, fill
from lab.report import grid
from sample_images.writing import write
from tests.bench.targets import verdict

PATIENTS = 16
"""As many as the demo has."""
MATRIX, DEMO = (90, 45), (30, 15)
"""Seconds on two cores: at most, and beyond it."""


def images() -> str:
    """The demo's patients at full size."""
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
        began = time.monotonic()
        manifest = write(Path(folder), patients=PATIENTS)
        seconds = time.monotonic() - began
        size = sum((Path(folder) / entry.file).stat().st_size for entry in manifest.instances())
        count = sum(1 for _ in manifest.instances())
    return f"images: {count} instances, {size / 1e6:.0f} MB in {seconds:.1f} s"


def matrix() -> str:
    """The whole matrix, once: what was asked in how many seconds, and the claims it proved."""
    began = time.monotonic()
    filled = fill(Plan(catalogue.controls()), lambda *_: None)
    seconds = time.monotonic() - began
    again = f", {len(filled.asked_again)} times a column anew" if filled.asked_again else ""
    said = f"{grid.size(filled)}; {grid.headline(filled)}{again}"
    return f"matrix: {said}; {_judged(seconds, MATRIX)}"


def demo(rounds: int) -> str:
    """Median seconds of the whole demo at full size."""
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
            began = time.monotonic()
            command = [sys.executable, "-m", "lab", "demo", "--out", folder]
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.monotonic() - began)
    median = statistics.median(seconds)
    return f"demo: {median:.1f} s (median of {rounds}); {_judged(median, DEMO)}"


def _judged(seconds: float, bounds: tuple[int, int]) -> str:
    at_most, beyond = bounds
    return f"at most {at_most} s: {verdict(seconds, at_most, beyond)}"
