"""What the two engines cost: the size of the images, and the seconds that `pacslab reset` takes."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.table import Table

from lab.engines import images
from lab.engines.daemon import NoDaemonError, connected

ENGINES = ("process", "docker")
PACSLAB = (sys.executable, "-m", "lab")


def sizes() -> Table | str:
    """The lab's images in MB, those of clinic-scale too; or why there is nothing to measure."""
    table = Table("image", "MB")
    try:
        with connected() as daemon:
            for name in images.names(clinic_scale=True):
                found = daemon.client.images.list(name)
                table.add_row(name, f"{found[0].attrs['Size'] / 1e6:.0f}" if found else "not built")
    except NoDaemonError as error:
        return f"images of the containers: not measured; {error}"
    return table


def resets(rounds: int) -> Table:
    """Seconds of `pacslab reset`, the start of the program included, with the usual 16 patients."""
    table = Table("engine", "pacslab reset, s (median)", "pacslab up, s")
    for engine in ENGINES:
        try:
            table.add_row(engine, *_measured(engine, rounds))
        except subprocess.CalledProcessError as error:
            said = (error.stderr or b"").decode("utf-8", "replace").strip().splitlines()
            table.add_row(engine, f"not measured: {said[-1] if said else 'no reason'}", "")
    return table


def _measured(engine: str, rounds: int) -> tuple[str, str]:
    with _state() as environment:
        up = _seconds(environment, "up", "--engine", engine)
        try:
            taken = [_seconds(environment, "reset") for _ in range(rounds)]
        finally:
            _seconds(environment, "down")
    return f"{statistics.median(taken):.1f}", f"{up:.1f}"


@contextmanager
def _state() -> Iterator[dict[str, str]]:
    """An environment with a lab of its own."""
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as folder:
        yield {**os.environ, "PACSLAB_STATE": folder, "NO_COLOR": "1"}


def _seconds(environment: dict[str, str], *command: str) -> float:
    started = time.monotonic()
    subprocess.run([*PACSLAB, *command], check=True, capture_output=True, env=environment)
    return time.monotonic() - started
