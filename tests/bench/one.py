"""`pacslab verify` of the lab's two archives, each alone: as a stranger and in full."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.table import Table

from lab.engines.record import BAD_CERTIFICATES
from lab.scenes import SERVER_NAME

PACSLAB = (sys.executable, "-m", "lab.cli")
BOUNDS = {"stranger": 10, "in full": 30}
"""Seconds that a visit may take."""


def visits(rounds: int) -> Table:
    """Seconds of each visit, the start of the program included; medians."""
    table = Table("archive", "visit", "verify, s (median)", "at most")
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name:
        environment = {**os.environ, "PACSLAB_STATE": name, "NO_COLOR": "1"}
        with _lab(environment) as status:
            for which in ("open", "secure"):
                for visit, bound in BOUNDS.items():
                    words = _identity(status, which) if visit == "in full" else ()
                    port = status[which]["port"]
                    command = [*PACSLAB, "verify", f"127.0.0.1:{port}", *words, "--out", name]
                    taken = [_seconds(command, environment) for _ in range(rounds)]
                    median = f"{statistics.median(taken):.1f}"
                    table.add_row(which, visit, median, str(bound))
    return table


@contextmanager
def _lab(environment: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """A lab with a few images; what its status says."""
    _run("up", "--engine", "process", environment=environment)
    try:
        yield json.loads(_run("status", "--json", environment=environment))
    finally:
        _run("down", environment=environment)


def _run(*words: str, environment: Mapping[str, str]) -> str:
    command = [*PACSLAB, *words]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    ).stdout


def _identity(status: Mapping[str, Any], which: str) -> Sequence[str]:
    """The visitor's, with everything that the lab's authority made wrong; marked writes, too."""
    peer = status["secure"]["peers"]["visitor"]
    words = ["--called-ae", status[which]["ae_title"], "--calling-ae", peer["ae_title"]]
    if which == "secure":
        folder = Path(peer["key"]).parents[2] / BAD_CERTIFICATES
        words += ["--cert", peer["certificate"], "--key", peer["key"]]
        words += ["--ca", status[which]["ca"], "--server-name", SERVER_NAME]
        words += ["--bad-certificates", str(folder)]
    return [*words, "--allow-marked-write"]


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Of one visit.

    Raises:
        subprocess.CalledProcessError: it did not come to a report.
    """
    started = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, env=environment)
    if done.returncode not in {0, 1, 3}:
        done.check_returncode()
    return time.monotonic() - started
