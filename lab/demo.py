"""The story: the same images in two archives, the same stranger, and what becomes of it.

1. Both archives start; the modality sends invented patients' studies to both as they are drawn.
2. The workstation finds, gets and has moved everything on the hardened archive, over TLS.
3. A stranger puts the same questions to both, and takes whatever is given.
4. The pictures that were taken, and a report, are left in a folder.
"""

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from lab import catalogue, exposure, pictures
from lab.conversation import Delivered
from lab.deeds import Deeds
from lab.engines import Engine
from lab.engines.places import room_in, temporary_folder
from lab.engines.record import Lab
from lab.filling import fill
from lab.peers.modality import Modality, Sent
from lab.peers.workstation import Workstation
from lab.pictures import NoPictureError, Picture
from lab.probes import PROBES
from lab.progress import Progress
from lab.report import html
from lab.report.assemble import assemble
from lab.report.conclusion import Conclusion, conclude
from lab.report.model import DemoReport, Report
from lab.run import run
from lab.scene import Scene
from lab.scenes import open_scene, secure_scene
from sample_images.manifest import Manifest
from sample_images.size import Size

TIME_TO_LIVE = timedelta(hours=1)
"""A demo's lab ends with the demo; this is for a computer that was put to sleep meanwhile."""
ROOM_FOR_ONE = 90_000_000
"""Bytes that one patient takes while a demo runs: once drawn and once in each archive."""
STOLEN = "stolen"


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


@dataclass
class Gallery:
    """Draws what is stolen while it arrives."""

    drawn: list[Picture] = field(default_factory=list)

    def take(self, stolen: Delivered) -> None:
        """Draw one instance if it can be drawn; called from several threads."""
        try:
            self.drawn.append(pictures.draw(stolen.data_set, stolen.transfer_syntax))
        except NoPictureError:
            return


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
        stage = _Stage(plan, engine, progress, lab, lab.folder / "images")
        report = stage.tell()
    finally:
        engine.down(lab)
    return _leave(plan, report, stage.gallery, began, progress)


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
    images: Path
    gallery: Gallery = field(default_factory=Gallery)

    def tell(self) -> DemoReport:
        """Fill both archives, then let friends and the stranger at them, side by side."""
        manifest, sent = self._fill()
        shutil.rmtree(self.images, ignore_errors=True)
        with ThreadPoolExecutor(2) as pool:
            leaking = pool.submit(self._ask, open_scene(self.lab, manifest), self.gallery)
            closed = pool.submit(self._ask_secure, secure_scene(self.lab, manifest), sent)
            return DemoReport(open=leaking.result(), secure=closed.result())

    def _fill(self) -> tuple[Manifest, Sent]:
        """The modality's part; what became of it at the hardened archive."""
        with self.progress.task("the modality sends to both") as sending:
            modalities = [
                Modality(scene.target(scene.peers["modality"]), self.images, sending.advance)
                for scene in (open_scene(self.lab), secure_scene(self.lab))
            ]
            manifest, (_, to_secure) = fill(
                self.images,
                modalities,
                self.progress,
                patients=self.plan.patients,
                seed=self.plan.seed,
                size=self.plan.size,
            )
        return manifest, to_secure

    def _ask(self, scene: Scene, gallery: Gallery) -> Report:
        """Let a stranger take what is given, then put the questions."""
        with self.progress.task(f"a stranger at {scene.ae_title}", _planted(scene)) as taking:
            measured = exposure.measure(scene, gallery.take, lambda done, _of: taking.reach(done))
        with self.progress.task(f"questions to {scene.ae_title}", len(PROBES)) as asking:
            outcome = run(scene, progress=lambda done, _of, name: asking.reach(done, name))
        return assemble(scene, outcome, measured, closed_by=catalogue.closed_by())

    def _ask_secure(self, scene: Scene, sent: Sent) -> Report:
        """The same for the hardened archive, after the clinic's workstation has done its work."""
        deeds = Deeds(sent, _planted(scene))
        if self.plan.sabotage is None:
            self._work(scene, deeds)
        elif self.plan.sabotage is Sabotage.SECURE_DOWN:
            self.engine.stop(self.lab, "secure")
        return deeds.join(self._ask(scene, Gallery()))

    def _work(self, scene: Scene, deeds: Deeds) -> None:
        """The workstation's part: every image twice, by C-GET and by C-MOVE."""
        peer, key = scene.peers["workstation"], scene.answer_key
        if key is not None:
            with self.progress.task("the workstation gets and moves", 2 * deeds.planted) as working:
                deeds.work(Workstation(scene.target(peer), peer, key, working.advance))


def _planted(scene: Scene) -> int:
    return len(list(scene.answer_key.instances())) if scene.answer_key else 0


def _leave(
    plan: Plan, report: DemoReport, gallery: Gallery, began: float, progress: Progress
) -> Shown:
    """Write what is left of a demo: pictures, page and report."""
    pictures.clear(plan.out / STOLEN)
    with progress.task("saving the stolen pictures", len(gallery.drawn)) as saving:
        saved = pictures.save(gallery.drawn, plan.out / STOLEN, saving.advance)
    seconds = time.monotonic() - began
    page = plan.out / "report.html"
    one_each = pictures.show_one_each(gallery.drawn)
    page.write_text(html.demo(report, one_each, saved_in=STOLEN, seconds=seconds), encoding="utf-8")
    (plan.out / "report.json").write_text(report.to_json(), encoding="utf-8")
    return Shown(report, conclude(report), page, saved, seconds)
