"""Fills the matrix: every column from an archive of its own, several side by side."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from lab.engines.ablation import Ablation, processes
from lab.matrix import rogue
from lab.matrix.asking import Asked, ask
from lab.matrix.claims import Answers, Court
from lab.matrix.columns import Column, Columns, Page
from lab.matrix.model import ClaimEntry, Matrix, Proof, Rogue, Unclaimed
from lab.probe import Answer, Answered, Untold
from lab.probes import PROBES
from lab.scenes import make_stranger

Progress = Callable[[int, int, str], None]
"""Told how many cells are filled, of how many, and the column of the last one."""

T = TypeVar("T")

TWICE_MORE = 2
"""How often a column is asked anew whose friends were not served, or that left a question open."""
PRELOAD = ("lab.matrix.asking",)


def default_jobs() -> int:
    """Columns at a time: a column waits more often than it computes."""
    return 2 * (os.cpu_count() or 1) + 1


@dataclass(frozen=True)
class Plan:
    """What to fill: controls and probes by name, empty for all of them."""

    pages: Sequence[Page]
    controls: Sequence[str] = ()
    probes: Sequence[str] = ()
    jobs: int = field(default_factory=default_jobs)

    @property
    def is_part(self) -> bool:
        """Whether something was chosen; the second table belongs to the whole."""
        return bool(self.controls or self.probes)


def fill(plan: Plan, progress: Progress) -> Matrix:
    """Ask everything; nothing is left running, and no key or archive is left.

    Raises:
        lab.engines.EngineError: an archive does not start.
        OSError: there is no room for keys and archives.
    """
    with tempfile.TemporaryDirectory(prefix="pacslab-matrix-") as folder:
        ablation = Ablation(Path(folder), processes(PRELOAD))
        make_stranger(ablation.lab)
        return _Filling(plan, ablation, progress).matrix()


class _Filling:
    """One matrix on its way."""

    def __init__(self, plan: Plan, ablation: Ablation, progress: Progress) -> None:
        self._began, self._started = time.monotonic(), datetime.now(UTC)
        self._plan, self._ablation, self._progress = plan, ablation, progress
        self._columns = Columns(plan.pages, plan.controls)
        self._probes = [one for one in PROBES if not plan.probes or one.id in plan.probes]
        self._done = self._of = 0
        self._again: list[str] = []

    def matrix(self) -> Matrix:
        ids = [probe.id for probe in self._probes]
        asked = self._ask(dict.fromkeys(self._columns, ids))
        rogues = Rogue() if self._plan.is_part else rogue.fill(self._ablation)
        not_tested = _not_tested(ids, asked)
        rows = [name for name in ids if name not in not_tested]
        court = Court(self._plan.pages, self._columns, answers(asked))
        proofs = self._ask(court.proofs(rows))
        court = Court(self._plan.pages, self._columns, answers({**asked, **proofs}))
        claims = court.claims(rows)
        return Matrix(
            started=self._started.isoformat(timespec="seconds"),
            columns=tuple(column.name for column in asked),
            controls={column.name: column.controls for column in asked},
            rows=tuple(rows),
            questions={probe.id: probe.question for probe in self._probes},
            cells=_cells(rows, asked, lambda one: one.answer),
            evidence=_cells(rows, asked, _telling),
            friends={column.name: one.served for column, one in asked.items()},
            asked_again=tuple(self._again),
            refused={c.name: _refused(one) for c, one in asked.items() if not one.served},
            not_tested=not_tested,
            information=asked[self._columns.secure].information,
            rogue=rogues,
            claims=tuple(
                ClaimEntry(
                    control=one.control,
                    probe=one.probe,
                    alone=one.alone,
                    removed=one.removed,
                    holds=one.holds,
                    held_by=one.held_by,
                    why=one.why,
                )
                for one in claims
            ),
            unclaimed=tuple(Unclaimed(control=c, probe=p) for c, p in court.unclaimed(rows)),
            proofs=tuple(_proofs(proofs)),
            left_open=tuple(court.left_open(rows)),
            proven=sum(one.holds for one in claims),
            total=len(claims),
            seconds=round(time.monotonic() - self._began, 1),
            took=_took([*asked.values(), *proofs.values()]),
        )

    def _ask(self, wanted: Mapping[Column, Sequence[str]]) -> Mapping[Column, Asked]:
        """Several columns at once, in the order wanted.

        On a machine that has no time a friend may not be served, or a question may find no answer:
        such a column is asked anew when all others are done, and nothing else meanwhile.
        """
        self._of += sum(len(probes) for probes in wanted.values())
        pool = ThreadPoolExecutor(self._plan.jobs)
        try:
            asking = {
                column: pool.submit(self._one, column, probes) for column, probes in wanted.items()
            }
            for one in as_completed(asking.values()):
                one.result()  # the first fault ends it
        finally:
            pool.shutdown(cancel_futures=True)
        return {
            column: self._until_told(column, wanted[column], one.result())
            for column, one in asking.items()
        }

    def _until_told(self, column: Column, probes: Sequence[str], asked: Asked) -> Asked:
        for _ in range(TWICE_MORE):
            if asked.served and not any(map(_is_open, asked.answers.values())):
                break
            self._again.append(column.name)
            self._of += len(probes)
            asked = self._one(column, probes)
        return asked

    def _one(self, column: Column, probes: Sequence[str]) -> Asked:
        def told(_probe: str) -> None:
            self._done += 1
            self._progress(self._done, self._of, column.name)

        return ask(self._ablation, column, probes, told)


def answers(asked: Mapping[Column, Asked]) -> Answers:
    """What counts: a column whose friends were not served proves nothing."""
    return {
        column.name: {probe: told.answer for probe, told in one.answers.items()}
        for column, one in asked.items()
        if one.served
    }


def _is_open(told: Answered) -> bool:
    """Whether a question was put and found no answer."""
    return told.untold in {Untold.UNCLEAR, Untold.NOT_REACHED, Untold.FAULT}


def _not_tested(probes: Sequence[str], asked: Mapping[Column, Asked]) -> Mapping[str, str]:
    """Probes that could be asked nowhere, with the reason that was given first."""
    return {
        probe: first.evidence[-1].text if first.evidence else "not tested"
        for probe in probes
        for told in [[one.answers[probe] for one in asked.values()]]
        for first in told[:1]
        if all(one.untold is Untold.NOT_TESTED for one in told)
    }


def _cells(
    probes: Sequence[str], asked: Mapping[Column, Asked], of: Callable[[Answered], T]
) -> Mapping[str, Mapping[str, T]]:
    return {
        probe: {column.name: of(one.answers[probe]) for column, one in asked.items()}
        for probe in probes
    }


def _telling(told: Answered) -> str:
    """The last thing that was seen."""
    return told.evidence[-1].text if told.evidence else ""


def _refused(one: Asked) -> str:
    """What a friend who was not served was told."""
    seen = one.friend.evidence if one.friend else ()
    return "; ".join(evidence.text for evidence in seen) or "no friend came"


def _proofs(proofs: Mapping[Column, Asked]) -> Iterator[Proof]:
    for column, one in proofs.items():
        for probe, told in one.answers.items():
            answer = told.answer if one.served else Answer.UNKNOWN
            yield Proof(probe=probe, without=column.without, answer=answer)


def _took(asked: Sequence[Asked]) -> Mapping[str, float]:
    """Seconds by probe, the longest first."""
    sums: dict[str, float] = {}
    for one in asked:
        for probe, seconds in one.took.items():
            sums[probe] = sums.get(probe, 0.0) + seconds
    return {
        probe: round(sums[probe], 1) for probe in sorted(sums, key=sums.__getitem__, reverse=True)
    }
