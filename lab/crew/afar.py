"""The crew afar: each device is a station of its own, and is spoken with.

The stranger puts the questions that hold nothing issued, the examiner all others; where one
would disturb others it comes last. What the stranger brings back is compared with the answer key
here, since it has none.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Lock

from lab.crew import Count, Filled, Load, Show, StationError
from lab.crew.speak import Speak, order
from lab.engines import EngineError, Which
from lab.evidence import Evidence, Layer
from lab.exposure import Exposure, compare
from lab.friend import planted
from lab.overheard import Overheard, names_of
from lab.peers.glance import Glanced, smallest
from lab.peers.modality import Sent
from lab.peers.workstation import Worked
from lab.probe import Probe, Untold, unknown
from lab.probes import PROBES
from lab.progress import Progress
from lab.run import Asked, Outcome, judge_all
from lab.run import Progress as Asking
from lab.scene import Scene, Wanted
from lab.stations import orders
from lab.stations.lines import Advance
from lab.verdict import PositiveControl
from sample_images.manifest import Manifest

ARCHIVES: tuple[Which, ...] = ("open", "secure")
MODALITY, WORKSTATION, STRANGER, EXAMINER = "modality", "workstation", "stranger", "examiner"
TAP, LEGACY = "tap", "legacy-modality"
"""Names of the stations."""
WITHIN = 600.0
"""Seconds for one order, and more where there is more to do:"""
EACH_PATIENT = 60.0
PATIENCE = 20.0
"""Seconds in which a device sends again what a broken connection left unanswered."""
LISTENS_FOR = 120.0
"""Seconds for one conversation that is recorded."""
SHORTEST = timedelta(seconds=25)
"""A brief certificate lasts no shorter: by then the examiner has begun to put its question."""


Issue = Callable[[str, float], None]
"""Takes a question and seconds; whoever holds the authority's key makes the examiner a certificate
for it that lasts so long. Raises EngineError."""


class CrewAfar:
    """The devices of a lab whose stations are reached through ``speak``."""

    def __init__(self, speak: Speak, issue: Issue) -> None:
        self._speak = speak
        self._issue = issue

    def fill(self, load: Load, progress: Progress) -> Filled:
        """See :meth:`lab.crew.Crew.fill`.

        Where there is more than one patient, the hardened archive gets the last one's images from
        the device that cannot do TLS.
        """
        shared = load.patients > 1
        told = orders.Send(
            within=_within(load.patients),
            patients=load.patients,
            seed=load.seed,
            size=load.size,
            archives=ARCHIVES,
            last={"secure": load.patients - 1} if shared else {},
            patience=PATIENCE,
        )
        with ThreadPoolExecutor(1) as pool:
            by_legacy = pool.submit(self._send_last, told, progress) if shared else None
            done = self._send(told, progress)
            sent = {which: done.sent[which] for which in ARCHIVES}
            return Filled(done.answer_key, sent, by_legacy.result() if by_legacy else None)

    def _send(self, told: orders.Send, progress: Progress) -> orders.SentToAll:
        with (
            progress.task("the modality sends to both") as sending,
            progress.task("drawing invented patients", told.patients) as drawn,
        ):

            def hear(advance: Advance) -> None:
                task = drawn if advance.what == "drawing" else sending
                task.reach(advance.done, advance.words)

            return order(self._speak, MODALITY, told, orders.SENT, hear=hear)

    def _send_last(self, told: orders.Send, progress: Progress) -> Sent:
        """The last patient's images, drawn where they are sent from."""
        last = told.model_copy(update={"archives": ("secure",), "first": told.patients, "last": {}})
        with progress.task("a device without TLS sends, too") as sending:

            def hear(advance: Advance) -> None:
                if advance.what == "sending":
                    sending.reach(advance.done)

            return order(self._speak, LEGACY, last, orders.SENT, hear=hear).sent["secure"]

    def work(self, answer_key: Manifest, done: Count) -> Worked:
        """See :meth:`lab.crew.Crew.work`."""
        told = orders.Work(
            within=_within(len(answer_key.patients)), archive="secure", answer_key=answer_key
        )
        return order(self._speak, WORKSTATION, told, orders.WORKED, hear=lambda a: done(a.done))

    def overhear(self, which: Which, answer_key: Manifest) -> tuple[Overheard, Glanced]:
        """See :meth:`lab.crew.Crew.overhear`."""
        listen = orders.Listen(within=LISTENS_FOR, archive=which, names=tuple(names_of(answer_key)))
        look = orders.Glance(within=LISTENS_FOR, archive=which, study=smallest(answer_key))
        listening = Event()
        with ThreadPoolExecutor(1) as pool:
            recording = pool.submit(
                order, self._speak, TAP, listen, orders.OVERHEARD, hear=lambda _: listening.set()
            )
            recording.add_done_callback(lambda _: listening.set())  # also where it failed
            listening.wait()
            if recording.done():
                recording.result()
            glanced = order(self._speak, WORKSTATION, look, orders.GLANCED)
            return recording.result(), glanced

    def measure(
        self, which: Which, answer_key: Manifest, show: Show | None, done: Count
    ) -> Exposure:
        """See :meth:`lab.crew.Crew.measure`."""
        told = orders.Measure(
            within=_within(len(answer_key.patients)), archive=which, pictures=show is not None
        )
        taken = order(
            self._speak, STRANGER, told, orders.TAKEN, hear=lambda a: done(a.done), show=show
        )
        return compare(taken, answer_key)

    def ask(
        self,
        which: Which,
        answer_key: Manifest | None,
        progress: Asking,
        probes: Sequence[Probe] = PROBES,
    ) -> tuple[Scene, Outcome]:
        """See :meth:`lab.crew.Crew.ask`."""
        asking = _Questions(self._speak, self._issue, which, probes, progress)
        return asking.put(planted(answer_key))


class _Questions:
    """Questions to one archive."""

    def __init__(
        self,
        speak: Speak,
        issue: Issue,
        which: Which,
        probes: Sequence[Probe],
        progress: Asking,
    ) -> None:
        self._speak = speak
        self._issue = issue
        self._which = which
        self._probes = probes
        self._progress = progress
        self._lock = Lock()
        self._done: dict[tuple[Probe, ...], int] = {}

    def put(self, known: Wanted | None) -> tuple[Scene, Outcome]:
        """The friends first, then the questions, then the friends again."""
        started, began = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
        greeted = self._greet(known)
        asked = self._ask_all(greeted)
        friend = self._greet_again(greeted.friend)
        findings = judge_all(asked, friend, own=True)
        scene = Scene(self._which, (greeted.door,), greeted.ae_title)
        return scene, Outcome(started, friend, findings, time.monotonic() - began)

    def _greet(self, known: Wanted | None) -> orders.Greeted:
        told = orders.Greet(within=WITHIN, archive=self._which, wanted=known)
        return order(self._speak, EXAMINER, told, orders.GREETED)

    def _greet_again(self, before: PositiveControl | None) -> PositiveControl | None:
        """A fault of ours after the questions must not read as friends that were served."""
        if before is None:
            return None
        told = orders.GreetAgain(within=WITHIN, archive=self._which, before=before)
        try:
            return order(self._speak, EXAMINER, told, orders.GREETED_AGAIN)
        except StationError as error:
            evidence = (*before.evidence, Evidence(Layer.LAB, _fault(error)))
            return PositiveControl(
                before.peer, before.did, ok=False, reached=False, evidence=evidence
            )

    def _ask_all(self, greeted: orders.Greeted) -> Sequence[Asked]:
        """Answers in the order of the questions."""
        answers: dict[str, Asked] = {}
        together = _together(self._probes)
        with ThreadPoolExecutor(max(len(together), 1)) as pool:
            for asked in pool.map(partial(self._ask, greeted), together):
                answers.update(asked)
        for probe in self._probes:
            if probe.alone:
                answers.update(self._ask(greeted, (probe,)))
        return [answers[probe.id] for probe in self._probes]

    def _ask(self, greeted: orders.Greeted, probes: tuple[Probe, ...]) -> Mapping[str, Asked]:
        """What one station was answered to one order; if it fails, nothing is known."""
        ids = {probe.id: probe for probe in probes}
        first = probes[0]
        brief = first.id if first.brief is not None and greeted.door.tls else None
        told = orders.Ask(
            within=WITHIN,
            archive=self._which,
            probes=tuple(ids),
            wanted=greeted.wanted,
            brief=brief,
        )
        try:
            if brief is not None and first.brief is not None:
                self._issue(brief, max(first.brief, SHORTEST).total_seconds())
            answers = order(
                self._speak,
                _station_of(first),
                told,
                orders.ASKED,
                hear=lambda advance: self._hear(probes, advance.done, advance.words),
            )
            came = {one.probe: one for one in answers}
            return {
                name: Asked(probe, came[name].answered, came[name].seconds)
                for name, probe in ids.items()
            }
        except (EngineError, KeyError) as error:
            answered = unknown(Untold.FAULT, text=_fault(error))
            return {name: Asked(probe, answered, 0.0) for name, probe in ids.items()}

    def _hear(self, probes: tuple[Probe, ...], done: int, words: str) -> None:
        """Add up what is told at the same time of several orders."""
        with self._lock:
            self._done[probes] = done
            self._progress(sum(self._done.values()), len(self._probes), words)


def _station_of(probe: Probe) -> str:
    return EXAMINER if probe.issued else STRANGER


def _together(probes: Sequence[Probe]) -> Sequence[tuple[Probe, ...]]:
    """What is asked at the same time, each with one order.

    A question that needs a brief certificate has an order of its own: it is given at the moment
    when the certificate has been made.
    """
    orders_of: dict[str, list[Probe]] = {}
    for probe in probes:
        if not probe.alone:
            orders_of.setdefault(
                probe.id if probe.brief is not None else _station_of(probe), []
            ).append(probe)
    return [tuple(some) for some in orders_of.values()]


def _fault(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"fault of the lab: {error.args[0]} was asked, and no answer was brought back"
    return f"fault of the lab: {error}"


def _within(patients: int) -> float:
    return WITHIN + EACH_PATIENT * patients
