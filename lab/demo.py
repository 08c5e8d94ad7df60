"""The story: the same images in two archives, the same stranger, and what becomes of it.

1. Both archives start; the modality sends invented patients' studies to both as they are drawn.
   Questions that only wait for silence to be ended are put meanwhile: nothing they ask about
   depends on what an archive holds.
2. The workstation finds, gets and has moved everything on the hardened archive, over TLS.
3. A tap records what somebody on the wire has, while the workstation looks at a study.
4. A stranger puts the same questions to both, and takes whatever is given; pictures of it are
   saved as soon as all is taken.
5. The pictures and a report are left in a folder.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from lab import catalogue, pictures
from lab.crew import Filled, Load
from lab.deeds import Deeds
from lab.engines import Engine, Which
from lab.engines.places import room_in, temporary_folder
from lab.engines.record import Lab
from lab.exposure import Exposure
from lab.overheard import Overheard
from lab.peers.glance import Glanced
from lab.pictures import Picture
from lab.probes import PROBES
from lab.progress import Progress
from lab.report import html
from lab.report.assemble import assemble
from lab.report.conclusion import Conclusion, conclude
from lab.report.model import DemoReport, Report
from lab.run import Outcome, joined
from lab.scene import Scene
from lab.verdict import Verdict
from sample_images.manifest import Manifest
from sample_images.size import Size

TIME_TO_LIVE = timedelta(hours=1)
"""A demo's lab ends with the demo; this is for a computer that was put to sleep meanwhile."""
ROOM_FOR_ONE = 90_000_000
"""Bytes that one patient takes while a demo runs: once drawn and once in each archive."""
STOLEN = "stolen"
ARCHIVES: tuple[Which, ...] = ("open", "secure")
WAITING = tuple(probe for probe in PROBES if probe.waits)
"""What is asked while images are drawn."""


class Sabotage(StrEnum):
    """What is done to the hardened archive before it is asked."""

    SECURE_DOWN = "secure-down"
    REFUSE_ALL = "refuse-all"


class NoRoomError(OSError):
    """The demo would fill the disk."""


@dataclass(frozen=True)
class Plan:
    """What to show."""

    out: Path
    patients: int = 16
    seed: int = 2019
    size: Size = Size.FULL
    sabotage: Sabotage | None = None


@dataclass(frozen=True)
class Shown:
    """What a demo found and where it lies."""

    report: DemoReport
    conclusion: Conclusion
    page: Path
    pictures: Sequence[Path]
    seconds: float


def show(plan: Plan, engine: Engine, progress: Progress) -> Shown:
    """Show everything; nothing is left running, and no image is left but the stolen pictures.

    Raises:
        NoRoomError: there is too little room for the images.
        lab.engines.EngineError: an archive does not start.
        OSError: the images or the report cannot be written.
    """
    began = time.monotonic()
    plan.out.mkdir(parents=True, exist_ok=True)
    (plan.out / STOLEN).mkdir(exist_ok=True)
    folder = temporary_folder()
    _check_room(folder.parent, plan)
    with progress.task("starting both archives"):
        admit = plan.sabotage is not Sabotage.REFUSE_ALL
        lab = engine.up(folder, time_to_live=TIME_TO_LIVE, bound=True, admit=admit)
    try:
        stage = _Stage(plan, engine, progress, lab)
        report = stage.tell()
    finally:
        engine.down(lab)
    return _leave(plan, report, stage, began)


def _check_room(folder: Path, plan: Plan) -> None:
    needed = plan.patients * ROOM_FOR_ONE // plan.size.divisor**2
    if room_in(folder) < needed:
        raise NoRoomError(
            f"{folder} has less than {needed // 1_000_000} MB free; "
            "set TMPDIR to a folder with more room"
        )


@dataclass
class _Stage:
    """Both archives, and everybody who comes to them."""

    plan: Plan
    engine: Engine
    progress: Progress
    lab: Lab
    stolen: list[Picture] = field(default_factory=list)
    saved: Sequence[Path] = ()

    def __post_init__(self) -> None:
        self.crew = self.engine.crew(self.lab)

    def tell(self) -> DemoReport:
        """Fill both archives, then let friends and the stranger at them, side by side."""
        load = Load(self.plan.patients, self.plan.seed, self.plan.size)
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(self._wait, which) for which in ARCHIVES]
            filled = self.crew.fill(load, self.progress)
            early = dict(zip(ARCHIVES, (one.result() for one in waiting), strict=True))
            key = filled.answer_key
            leaking = pool.submit(self._ask, "open", key, early["open"])
            closed = pool.submit(self._ask_secure, filled, early["secure"])
            return DemoReport(open=leaking.result(), secure=closed.result())

    def _wait(self, which: Which) -> Outcome | None:
        """Put the questions that only wait; None where they have to be put later.

        A machine that draws has little time: where a friend was not served, or where the hardened
        archive was late to end something, that says nothing, and it is asked anew when all is
        drawn.
        """
        if which == "secure" and self.plan.sabotage is not None:
            return None
        outcome = self.crew.ask(which, None, lambda *_: None, WAITING)[1]
        friend = outcome.positive_control
        kept = tuple(
            one
            for one in outcome.findings
            if which == "open" or one.judgement.verdict is Verdict.PASS
        )
        return replace(outcome, findings=kept) if friend is not None and friend.ok else None

    def _ask(self, which: Which, key: Manifest, early: Outcome | None) -> Report:
        """Let a stranger take what is given, and put the questions meanwhile."""
        wire = self._overhear(which, key)
        with ThreadPoolExecutor(1) as pool:
            taking = pool.submit(self._take, which, key)
            scene, outcome = self._question(which, key, early)
            measured = taking.result()
        return assemble(scene, outcome, measured, closed_by=catalogue.closed_by(), wire=wire)

    def _take(self, which: Which, key: Manifest) -> Exposure:
        """Let the stranger take what is given; save pictures of what the open archive gives."""
        show = self.stolen.append if which == "open" else None
        with self.progress.task(f"a stranger at PACS-{which.upper()}", _planted(key)) as taking:
            exposure = self.crew.measure(which, key, show, taking.reach)
        if show is not None:
            self._save()
        return exposure

    def _save(self) -> None:
        """Leave the stolen pictures, and none of an earlier demo."""
        folder = self.plan.out / STOLEN
        pictures.clear(folder)
        with self.progress.task("saving the stolen pictures", len(self.stolen)) as saving:
            self.saved = pictures.save(self.stolen, folder, saving.advance)

    def _question(
        self, which: Which, key: Manifest, early: Outcome | None
    ) -> tuple[Scene, Outcome]:
        """All questions that were not put before."""
        put = {one.probe.id for one in early.findings} if early else set()
        left = [probe for probe in PROBES if probe.id not in put]
        with self.progress.task(f"questions to PACS-{which.upper()}", len(PROBES)) as asking:
            scene, outcome = self.crew.ask(
                which, key, lambda done, _of, probe: asking.reach(len(put) + done, probe), left
            )
        return scene, joined(early, outcome) if early else outcome

    def _overhear(self, which: Which, key: Manifest) -> tuple[Overheard, Glanced] | None:
        """Listen on the wire, where there is somebody to listen to."""
        if which == "secure" and self.plan.sabotage is not None:
            return None
        with self.progress.task(f"a tap on the wire to PACS-{which.upper()}"):
            return self.crew.overhear(which, key)

    def _ask_secure(self, filled: Filled, early: Outcome | None) -> Report:
        """The same for the hardened archive, after the clinic's workstation has done its work."""
        key = filled.answer_key
        deeds = Deeds(filled.sent["secure"], _planted(key), filled.by_legacy)
        if self.plan.sabotage is None:
            with self.progress.task("the workstation gets and moves", 2 * deeds.planted) as working:
                deeds.work(self.crew.work(key, working.reach))
        elif self.plan.sabotage is Sabotage.SECURE_DOWN:
            self.engine.stop(self.lab, "secure")
        return deeds.join(self._ask("secure", key, early))


def _planted(key: Manifest) -> int:
    return sum(1 for _ in key.instances())


def _leave(plan: Plan, report: DemoReport, stage: _Stage, began: float) -> Shown:
    """Write what is left of a demo beside the pictures: page and report."""
    seconds = time.monotonic() - began
    page = plan.out / "report.html"
    one_each = pictures.show_one_each(stage.stolen)
    page.write_text(html.demo(report, one_each, saved_in=STOLEN, seconds=seconds), encoding="utf-8")
    (plan.out / "report.json").write_text(report.to_json(), encoding="utf-8")
    return Shown(report, conclude(report), page, stage.saved, seconds)
