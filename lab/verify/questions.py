"""Puts the questions to an archive that is not ours: one after the other, at every door.

An archive is as open as its widest door: of the verdicts at its doors the worst counts. Whoever
stops us gets what was found until then.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from lab.evidence import Evidence
from lab.friend import greet, greet_again
from lab.probe import Probe, Untold, unknown
from lab.run import Asked, Finding, Outcome, judge_all
from lab.scene import Scene
from lab.target import Door
from lab.verdict import PositiveControl, Verdict

Told = Callable[[str], None]
"""Told of each step and each question, before it is taken."""
WORST_FIRST = (
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.PASS,
    Verdict.NOT_TESTED,
    Verdict.NOT_APPLICABLE,
)
STOPPED = "stopped by you before this was asked"
TOO_LATE = "not asked: the archive took too long over the other questions"


def now() -> str:
    """ISO 8601 with offset."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass
class Interview:
    """One archive, and what was asked so far."""

    scene: Scene
    probes: Sequence[Probe]
    told: Told
    longest: float
    """Seconds after which no new question is put."""
    stopped: bool = False
    _began: float = field(default_factory=time.monotonic)

    def hold(self) -> Outcome:
        """Ask at every door, and put the verdicts together."""
        started = now()
        rounds = [self._at(door) for door in self.scene.doors]
        served = [friend for _, friend, _ in rounds if friend is not None and friend.ok]
        findings = [
            judge_all(
                asked, friend if friend is None or friend.ok or not served else None, own=False
            )
            for asked, friend, _ in rounds
        ]
        friend = served[0] if served else rounds[0][1]
        together = merge([door for _, _, door in rounds], findings)
        return Outcome(started, friend, together, time.monotonic() - self._began)

    def _at(self, door: Door) -> tuple[Sequence[Asked], PositiveControl | None, Door]:
        others = [other for other in self.scene.doors if other != door]
        here = replace(self.scene, doors=(door, *others))
        before, after = None, None
        try:
            before, here = greet(here)
            asked = self._ask_all(here)
            after = before if self.stopped else greet_again(here, before)
        except KeyboardInterrupt:
            self.stopped = True
            asked = self._ask_all(here)
            after = before
        return asked, after, door

    def _ask_all(self, scene: Scene) -> Sequence[Asked]:
        """Questions that would disturb others last; answers in the order of the report."""
        order = sorted(self.probes, key=lambda probe: probe.alone)
        asked = {probe.id: self._ask(probe, scene) for probe in order}
        return [asked[probe.id] for probe in self.probes]

    def _ask(self, probe: Probe, scene: Scene) -> Asked:
        began = time.monotonic()
        if self.stopped:
            return Asked(probe, unknown(Untold.NOT_TESTED, text=STOPPED), 0)
        if began - self._began > self.longest:
            return Asked(probe, unknown(Untold.NOT_TESTED, text=TOO_LATE), 0)
        try:
            self.told(probe.id)
            answered = probe.ask(scene.about(probe.id))
        except KeyboardInterrupt:
            self.stopped = True
            answered = unknown(Untold.NOT_TESTED, text=STOPPED)
        return Asked(probe, answered, time.monotonic() - began)


def merge(doors: Sequence[Door], findings: Sequence[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """The worst finding of each probe, with the door where it was made."""
    if len(findings) == 1:
        return findings[0]
    return tuple(_worst(doors, one) for one in zip(*findings, strict=True))


def _worst(doors: Sequence[Door], findings: tuple[Finding, ...]) -> Finding:
    verdicts = [WORST_FIRST.index(finding.judgement.verdict) for finding in findings]
    place = verdicts.index(min(verdicts))
    door, worst = doors[place], findings[place]
    where = f"at port {door.port} in {'TLS' if door.tls else 'plaintext'}: "
    evidence = tuple(
        Evidence(seen.layer, where + seen.text, seen.code) for seen in worst.answered.evidence
    )
    judgement = replace(worst.judgement, why=where + worst.judgement.why)
    return replace(worst, answered=replace(worst.answered, evidence=evidence), judgement=judgement)
