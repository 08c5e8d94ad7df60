"""One column: every question, put to one archive by a process of its own."""

import contextlib
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from lab.engines import EngineError
from lab.engines.ablation import Ablation, Change, Choice
from lab.engines.record import Lab
from lab.matrix.columns import SECURE, Column
from lab.probe import Answered
from lab.probes import PROBES
from lab.run import run
from lab.scenes import chosen_scene
from lab.verdict import PositiveControl
from lab.verify import tls_profile


@dataclass(frozen=True)
class Asked:
    """What one archive answered."""

    answers: Mapping[str, Answered]
    """By probe."""
    friend: PositiveControl | None
    took: Mapping[str, float]
    """Seconds, by probe."""
    seconds: float
    information: tuple[str, ...] = ()
    """What a stranger learns there without being let in."""

    @property
    def served(self) -> bool:
        """Whether every friend was served, before and after the questions."""
        return self.friend is not None and self.friend.ok


Told = Callable[[str], None]
"""Told the id of each probe that was answered."""


def ask(
    ablation: Ablation,
    column: Column,
    probes: Sequence[str],
    told: Told,
    *,
    change: Change | None = None,
) -> Asked:
    """Start the archive, put the questions, end it.

    Raises:
        EngineError: it does not start, has other controls than planned, or answers no more.
    """
    choice = Choice(column.is_open, column.only, column.without, change)
    with ablation.archive(column.name.replace(" ", "-"), choice) as standing:
        if standing.controls != column.controls:
            raise EngineError(f"{column.name}: has {standing.controls}, not {column.controls}")
        said = ablation.hear(
            work, (standing.lab, standing.tls, tuple(probes), column.name == SECURE)
        )
        for probe in said:
            if isinstance(probe, Asked):
                return probe
            told(probe)
    raise EngineError(f"{column.name}: who asked it ended before all was answered")


def work(lab: Lab, tls: bool, probes: Sequence[str], look: bool, pipe: Connection) -> None:  # noqa: FBT001
    """The whole life of a process that asks; the last thing it sends is an :class:`Asked`.

    ``look``: whether to see what a stranger learns there.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for the answers decides
    chosen = [probe for probe in PROBES if probe.id in probes]
    with contextlib.suppress(OSError):  # nobody waits any more
        scene = chosen_scene(lab, tls=tls)
        outcome = run(scene, chosen, progress=lambda _done, _of, probe: pipe.send(probe))
        learned = tls_profile.look(scene.as_stranger()) if look else ()
        pipe.send(
            Asked(
                {one.probe.id: one.answered for one in outcome.findings},
                outcome.positive_control,
                {one.probe.id: one.seconds for one in outcome.findings},
                outcome.seconds,
                tuple(seen.text for seen in learned),
            )
        )
