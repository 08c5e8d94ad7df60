"""``docker compose``: builds the containerised lab, brings it up and takes it down.

``compose/compose.yaml`` is the only definition of that lab. It lies in the checkout, not in the
wheel, because it builds images from the sources beside it.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.engines import EngineError
from lab.engines.daemon import INSTEAD
from lab.evidence import printable

ROOT = Path(__file__).resolve().parents[2]
"""The checkout, if this is one."""
FOR_PODMAN = "podman.yaml"
"""What stands beside compose.yaml for an engine that is podman."""
KEPT_LINES = 12
"""Lines of a failed command that its message may tell from."""
ENDS_WITHIN = 15.0
"""Seconds an interrupted command has to end by itself."""

_STEP = re.compile(r"^#\d+ \[(?P<stage>[^\]]+)\] (?P<doing>.+)$")
_OVER = re.compile(r"^#\d+ (DONE|CACHED)\b")
_NOISE = re.compile(r"^(#\d+ (sha256:|DONE|CACHED)|-{4,}|\s*$)")
_NO_BUILDX = re.compile(r"requires buildx|buildx component is missing|requires BuildKit")
"""What compose says, from one version to another, where it cannot build without that plugin."""


class ComposeError(EngineError):
    """``docker compose`` did not do what it was told; the message ends with what it said last."""


def file() -> Path:
    """The lab's definition.

    Raises:
        EngineError: this is an installed wheel, which has none.
    """
    found = ROOT / "compose" / "compose.yaml"
    if not found.is_file():
        raise EngineError(
            f"the container engine needs pacslab's checkout, with its folder compose/; {INSTEAD}"
        )
    return found


@dataclass(frozen=True)
class Compose:
    """One project of ``docker compose``: a lab of its own name."""

    project: str
    host: str
    """Address of the engine, as DOCKER_HOST has it."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment that compose.yaml reads."""
    podman: bool = False
    """Whether the engine is podman, which is told some things otherwise."""

    def run(self, *arguments: str, heard: Callable[[str], None] | None = None) -> None:
        """Run one command; ``heard`` is told each line as it comes.

        Raises:
            ComposeError: it failed, or there is no ``docker compose``.
        """
        docker = shutil.which("docker")
        if docker is None:
            raise ComposeError(f"the command docker is missing (package docker.io); {INSTEAD}")
        files = [file(), *([file().with_name(FOR_PODMAN)] if self.podman else [])]
        where = ["compose", *(word for path in files for word in ("--file", str(path)))]
        where += ["--project-name", self.project]
        process = subprocess.Popen(
            [docker, *where, *arguments],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            # Ctrl-C is ours: we end it and wait, so that it starts nothing behind our back.
            start_new_session=sys.platform != "win32",
        )
        last = _follow(process, heard)
        if process.returncode:
            raise ComposeError(_complaint(arguments, last))

    def _environment(self) -> dict[str, str]:
        """Nothing that a user has told compose may change what is started, least its profiles."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("COMPOSE_")
        }
        return {**inherited, **self.settings, "DOCKER_HOST": self.host}


def _follow(process: "subprocess.Popen[str]", heard: Callable[[str], None] | None) -> deque[str]:
    """Read what a command says until it ends; the last lines of it."""
    last: deque[str] = deque(maxlen=KEPT_LINES)
    assert process.stdout is not None  # noqa: S101 - it was asked for
    try:
        with process.stdout:
            for line in process.stdout:
                if not _NOISE.match(line):
                    last.append(line.strip())
                if heard is not None:
                    heard(line.rstrip())
        process.wait()
    except BaseException:  # also Ctrl-C
        process.terminate()
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    return last


def _complaint(arguments: tuple[str, ...], last: deque[str]) -> str:
    said = " | ".join(printable(line, 200) for line in list(last)[-3:]) or "it says nothing"
    if any("is not a docker command" in line or "unknown flag: --file" in line for line in last):
        return f"docker compose is missing (Debian package docker-compose); {INSTEAD}"
    if any(_NO_BUILDX.search(line) for line in last):
        return f"docker buildx is missing (Debian package docker-buildx); {INSTEAD}"
    if any("trixie-slim" in line for line in last):
        said += " (where no registry answers, compose/engine/base-image makes it)"
    command = next((word for word in arguments if not word.startswith("-")), "")
    return f"docker compose {command} failed: {said}"


@dataclass
class BuildProgress:
    """How far a build is, read from what it says."""

    steps: int = 0
    """Steps that are done."""
    doing: str = ""
    """What it does now, in a few words."""

    def hear(self, line: str) -> bool:
        """Read one line of ``--progress plain``; whether anything has changed."""
        if _OVER.match(line):
            self.steps += 1
            return True
        step = _STEP.match(line)
        if step is None:
            return False
        doing = " ".join(step["doing"].split())
        self.doing = printable(f"{step['stage']}: {doing}", 48)
        return True
