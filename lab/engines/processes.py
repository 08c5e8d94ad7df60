"""Processes that the lab started: known by id and start time, stopped without hurting others.

A process id alone is no name: the system gives it to another program once ours is gone. Only a
process with the id *and* the start time that were written down is ever touched.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil
from pydantic import BaseModel, ConfigDict

from lab.evidence import printable

POLL = 0.02
"""Seconds between two looks at the log of a program that starts."""
START_TIME_TOLERANCE = 0.01
"""Seconds by which two readings of one start time may differ (clock ticks)."""


class ProgramError(Exception):
    """A program did not start; the message is what it said last."""


class StartedProcess(BaseModel):
    """One process, as it is written down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pid: int
    started: float
    """Start time, seconds since 1970 as the system tells it."""

    @classmethod
    def of(cls, pid: int) -> Self:
        """Write down a process that runs now.

        Raises:
            psutil.NoSuchProcess: it does not.
        """
        return cls(pid=pid, started=psutil.Process(pid).create_time())

    @classmethod
    def this(cls) -> Self:
        """The process that runs this very line."""
        return cls.of(psutil.Process().pid)

    def find(self) -> psutil.Process | None:
        """The running process, None if it has ended (a zombie has)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < START_TIME_TOLERANCE
            ended = process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same and not ended else None

    @property
    def runs(self) -> bool:
        """Whether it still runs."""
        return self.find() is not None

    def stop(self, within: float) -> None:
        """Ask it to end (TERM); after ``within`` seconds end it and its children by force."""
        process = self.find()
        if process is None:
            return
        with suppress(psutil.NoSuchProcess):
            children = process.children(recursive=True)
            process.terminate()
            _end([process, *children], within)


def _end(processes: list[psutil.Process], within: float) -> None:
    """Wait for all of them, then use force: nothing the lab started may be left over."""
    _, left = psutil.wait_procs(processes, timeout=within)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=within)


def start(arguments: Sequence[str], directory: Path, log: Path) -> StartedProcess:
    """Start a Python program of ours in the background, with a log file for what it says.

    It gets a session of its own, so that Ctrl-C reaches only the program in the foreground,
    which then stops it in good order.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows only
        )
    # From here on it is known by id and start time only: it may outlive this very program.
    process.returncode = 0
    return StartedProcess.of(process.pid)


def await_line(process: StartedProcess, log: Path, event: str, within: float) -> dict[str, Any]:
    """Wait until a program has logged a JSON line with this ``event``, and return the line.

    Raises:
        ProgramError: it ended before, or ``within`` seconds are over; says its last words.
    """
    deadline = time.monotonic() + within
    while True:
        runs = process.runs  # asked before the log is read: its last words must not be missed
        for line in _json_lines(log):
            if line.get("event") == event:
                return line
        if not runs or time.monotonic() > deadline:
            raise ProgramError(_last_words(log) or ("it says nothing" if runs else "it ended"))
        time.sleep(POLL)


def _json_lines(log: Path) -> Iterator[dict[str, Any]]:
    """Whole JSON objects in a log; a line that is still being written is none."""
    for line in log.read_bytes().splitlines():
        with suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict):
                yield value


def _last_words(log: Path) -> str:
    """The last line of a log, printable and short."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return printable(said[-1], 300) if said else ""
