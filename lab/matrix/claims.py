"""Whether each control stops exactly what it says it stops. Pure.

A claim is proven both ways. Alone: what the base lets through is stopped with the control on it,
friends served in both. Removed: the whole stops it, and without the control it is back; or other
controls hold it still, and without all of these it is back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.matrix.columns import Column, Columns, Page
from lab.probe import Answer

Answers = Mapping[str, Mapping[str, Answer]]
"""By column, by probe; a column whose friends were not served has none."""


@dataclass(frozen=True)
class Claim:
    """That a control stops a probe, and what became of it."""

    control: str
    probe: str
    alone: bool
    """Whether the control alone was seen to stop it."""
    removed: bool
    """Whether taking it away was seen to matter, or to be made up for by ``held_by``."""
    held_by: tuple[str, ...]
    """Controls that stop the probe where this one is gone."""
    why: str
    """What was not seen; "" if nothing is missing."""

    @property
    def holds(self) -> bool:
        """Whether it is proven both ways."""
        return self.alone and self.removed


class Court:
    """Hears what was seen and says which claims hold."""

    def __init__(self, pages: Sequence[Page], columns: Columns, answers: Answers) -> None:
        self._stops = {page.name: page.stops for page in pages}
        self._columns = columns
        self._answers = answers

    def claims(self, probes: Sequence[str]) -> Sequence[Claim]:
        """Every claim about these probes, judged."""
        return [
            self._judge(control, probe)
            for control in self._columns.chosen
            for probe in self._stops[control]
            if probe in probes
        ]

    def proofs(self, probes: Sequence[str]) -> Mapping[Column, Sequence[str]]:
        """Columns that are needed beside the planned ones, and the probes to ask there."""
        asked: dict[Column, dict[str, None]] = {}
        for control in self._columns.chosen:
            for probe in self._stops[control]:
                if probe in probes and self._is(self._columns.without(control), probe, Answer.NO):
                    asked.setdefault(self._without_all(probe), {})[probe] = None
        return {column: tuple(wanted) for column, wanted in asked.items()}

    def unclaimed(self, probes: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Control and probe where a control alone stops what it does not say it stops."""
        for control in self._columns.chosen:
            for probe in probes:
                stops = self._alone(control, probe) == ""
                if stops and probe not in self._stops[control]:
                    yield control, probe

    def left_open(self, probes: Sequence[str]) -> Sequence[str]:
        """Probes that the whole does not stop."""
        return [probe for probe in probes if self._is(self._columns.secure, probe, Answer.YES)]

    def _judge(self, control: str, probe: str) -> Claim:
        alone = self._alone(control, probe)
        held_by = self._held_by(control, probe)
        removed = self._removed(control, probe, held_by)
        why = "; ".join(filter(None, (alone, removed)))
        return Claim(control, probe, not alone, not removed, held_by, why)

    def _alone(self, control: str, probe: str) -> str:
        """What is missing for: the control alone stops it."""
        base, alone = self._columns.base(control), self._columns.alone(control)
        if not self._is(base, probe, Answer.YES):
            return f"{base.name}: not answered yes, so that nothing is left to stop"
        if not self._is(alone, probe, Answer.NO):
            return f"{alone.name}: not stopped while friends are served"
        return ""

    def _removed(self, control: str, probe: str, held_by: Sequence[str]) -> str:
        """What is missing for: taking it away matters, or others are known to make up for it."""
        whole, without = self._columns.secure, self._columns.without(control)
        if not self._is(whole, probe, Answer.NO):
            return f"{whole.name}: not stopped while friends are served"
        if self._is(without, probe, Answer.YES):
            return ""
        if not held_by:
            return f"{without.name}: still stopped, and no control says why"
        bare = self._without_all(probe)
        if not self._is(bare, probe, Answer.YES):
            return f"{bare.name}: still stopped, by something that no control claims"
        return ""

    def _held_by(self, control: str, probe: str) -> tuple[str, ...]:
        """Who says that it stops the probe where the control is gone and the probe is not back."""
        without = self._columns.without(control)
        if self._is(without, probe, Answer.YES):
            return ()
        return tuple(name for name in without.controls if probe in self._stops[name])

    def _without_all(self, probe: str) -> Column:
        """The whole less everything that says it stops a probe."""
        return self._columns.minus(*(name for name in self._stops if probe in self._stops[name]))

    def _is(self, column: Column, probe: str, answer: Answer) -> bool:
        return self._answers.get(column.name, {}).get(probe) is answer
