"""Puts probes to one archive: the friend first, then the questions, then the friend again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.probe import Answered, Probe
from lab.scene import Scene
from lab.verdict import Judgement, PositiveControl

Progress = Callable[[int, int, str], None]
"""Told after each probe: how many are done, of how many, and which it was."""


@dataclass(frozen=True)
class Finding:
    """A probe, its answer, the verdict, and the seconds it took."""

    probe: Probe
    answered: Answered
    judgement: Judgement
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Everything that one run found. ``started``: ISO 8601 with offset."""

    started: str
    positive_control: PositiveControl | None
    findings: tuple[Finding, ...]
    seconds: float


def run(
    scene: Scene,
    probes: Sequence[Probe] | None = None,
    progress: Progress | None = None,
    jobs: int = 6,
) -> Outcome:
    """Put the probes to the archive of a scene; ``probes`` None: all of them."""
    raise NotImplementedError
