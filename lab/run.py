"""Puts probes to one archive: the friend first, then the questions, then the friend again."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lab.friend import greet, greet_again
from lab.probe import Answered, Probe
from lab.probes import PROBES
from lab.scene import Scene, local_address
from lab.verdict import Judgement, PositiveControl, judge

Progress = Callable[[int, int, str], None]
"""Told after each probe, by one thread: how many are done, of how many, and which it was."""

JOBS = 6
"""Probes at the same time."""
FRIENDS_BEFORE, FRIENDS_AFTER, FIRST_PROBE = 20, 21, 22
"""Numbers of the loopback addresses (:func:`lab.scene.local_address`) that a run calls from."""
LAST = 254


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
    """In the order of the probes given."""
    seconds: float


@dataclass(frozen=True)
class Asked:
    """A probe, its answer, and the seconds it took; nothing is judged yet."""

    probe: Probe
    answered: Answered
    seconds: float


def run(
    scene: Scene,
    probes: Sequence[Probe] = PROBES,
    progress: Progress | None = None,
    jobs: int = JOBS,
) -> Outcome:
    """Put the probes to the archive of a scene.

    Probes that would disturb others come last, one at a time; the others ``jobs`` at once.
    What was stored is listed in ``scene.marked``; the archive's engine removes it afterwards
    (:mod:`lab.marked`).
    """
    started, began = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    before, known = greet(_from(scene, FRIENDS_BEFORE))
    asked = ask_all(known, probes, progress or _silent, jobs)
    friend = greet_again(_from(known, FRIENDS_AFTER), before)
    return Outcome(
        started, friend, judge_all(asked, friend, own=scene.own), time.monotonic() - began
    )


def joined(first: Outcome, second: Outcome) -> Outcome:
    """Two runs at one archive as one; each finding is judged by the friends of its own run."""
    findings = {one.probe.id: one for one in (*first.findings, *second.findings)}
    return Outcome(
        first.started,
        _both(first.positive_control, second.positive_control),
        tuple(findings[probe.id] for probe in PROBES if probe.id in findings),
        first.seconds + second.seconds,
    )


def _both(first: PositiveControl | None, second: PositiveControl | None) -> PositiveControl | None:
    """Friends are served if they were both times."""
    if first is None or second is None:
        return None
    return replace(
        second,
        ok=first.ok and second.ok,
        reached=first.reached and second.reached,
        evidence=(*first.evidence, *second.evidence),
    )


def judge_all(
    asked: Iterable[Asked], friend: PositiveControl | None, *, own: bool
) -> tuple[Finding, ...]:
    """A verdict for each answer; see :func:`lab.verdict.judge`."""
    return tuple(
        Finding(
            one.probe,
            one.answered,
            judge(one.answered, friend, own=own, causes=one.probe.causes),
            one.seconds,
        )
        for one in asked
    )


def ask_all(
    scene: Scene, probes: Sequence[Probe], progress: Progress, jobs: int = JOBS
) -> Sequence[Asked]:
    """Answers in the order of the probes, whatever order they came in."""
    answers: dict[str, Asked] = {}
    numbers = {probe.id: number for number, probe in enumerate(PROBES, FIRST_PROBE)}
    places = [
        (probe, _from(scene, numbers.get(probe.id, FIRST_PROBE + len(PROBES) + place)))
        for place, probe in enumerate(probes)
    ]

    def keep(asked: Asked) -> None:
        answers[asked.probe.id] = asked
        progress(len(answers), len(probes), asked.probe.id)

    with ThreadPoolExecutor(jobs) as pool:
        together = [pool.submit(_ask, probe, own) for probe, own in places if not probe.alone]
        for done in as_completed(together):
            keep(done.result())
    for probe, own in places:
        if probe.alone:
            keep(_ask(probe, own))
    return [answers[probe.id] for probe in probes]


def _from(scene: Scene, number: int) -> Scene:
    """The scene for who calls from an address of its own, as long as there are any."""
    return replace(scene, calls_from=local_address(number) if number <= LAST else None)


def _ask(probe: Probe, scene: Scene) -> Asked:
    began = time.monotonic()
    answered = probe.ask(scene.about(probe.id))
    return Asked(probe, answered, time.monotonic() - began)


def _silent(_done: int, _of: int, _probe: str) -> None:
    """Tell nobody."""
