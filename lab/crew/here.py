"""The crew in this very process: every device is a few threads of it."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lab import exposure
from lab.crew import Count, Filled, Load, Show
from lab.crew.counting import Counter
from lab.crew.gallery import drawing
from lab.engines import Which
from lab.engines.record import Lab
from lab.exposure import Exposure
from lab.filling import fill
from lab.overheard import Overheard, names_of, overheard
from lab.peers.glance import Glanced, glance, smallest
from lab.peers.modality import modality_of
from lab.peers.workstation import Worked, Workstation
from lab.probe import Probe
from lab.probes import PROBES
from lab.progress import Progress
from lab.run import Outcome, run
from lab.run import Progress as Asking
from lab.scene import Scene
from lab.scenes import open_scene, secure_scene
from lab.tap import Tap
from sample_images.manifest import Manifest

PATIENCE = 10.0
"""Seconds for which the modality sends again what broke: a machine that draws may be late."""
OVER_WITHIN = 10.0
"""Seconds in which an archive closes a conversation that its peer has ended."""
SCENES: Mapping[Which, Callable[[Lab, Manifest | None], Scene]] = {
    "open": open_scene,
    "secure": secure_scene,
}


class CrewHere:
    """The devices around the archives of a lab that runs on this machine's loopback."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def fill(self, load: Load, progress: Progress) -> Filled:
        """See :meth:`lab.crew.Crew.fill`."""
        images = self._lab.folder / "images"
        with progress.task("the modality sends to both") as sending:
            scenes = [scene(self._lab, None) for scene in SCENES.values()]
            modalities = [
                replace(
                    modality_of(scene, scene.peers["modality"], images, sending.advance),
                    patience=PATIENCE,
                )
                for scene in scenes
            ]
            with progress.task("drawing invented patients", load.patients) as drawn:
                answer_key, sent = fill(
                    images,
                    modalities,
                    lambda patients, _of, words: drawn.reach(patients, words),
                    patients=load.patients,
                    seed=load.seed,
                    size=load.size,
                )
        shutil.rmtree(images, ignore_errors=True)
        return Filled(answer_key, dict(zip(SCENES, sent, strict=True)))

    def work(self, answer_key: Manifest, done: Count) -> Worked:
        """See :meth:`lab.crew.Crew.work`."""
        scene = secure_scene(self._lab, answer_key)
        peer = scene.peers["workstation"]
        return Workstation(scene.target(peer), peer, answer_key, Counter(done).add).work()

    def overhear(self, which: Which, answer_key: Manifest) -> tuple[Overheard, Glanced]:
        """See :meth:`lab.crew.Crew.overhear`."""
        scene = SCENES[which](self._lab, answer_key)
        name = scene.server_name or scene.door.host
        with Tap(scene.door) as tap:
            tapped = scene.target(scene.peers["workstation"]).but(door=tap.door, server_name=name)
            glanced = glance(tapped, smallest(answer_key))
            tap.await_end(OVER_WITHIN)
            return overheard(tap, names_of(answer_key)), glanced

    def measure(
        self, which: Which, answer_key: Manifest, show: Show | None, done: Count
    ) -> Exposure:
        """See :meth:`lab.crew.Crew.measure`."""
        scene = SCENES[which](self._lab, answer_key)
        return exposure.measure(scene, drawing(show), lambda count, _of: done(count))

    def ask(
        self,
        which: Which,
        answer_key: Manifest | None,
        progress: Asking,
        probes: Sequence[Probe] = PROBES,
    ) -> tuple[Scene, Outcome]:
        """See :meth:`lab.crew.Crew.ask`."""
        scene = SCENES[which](self._lab, answer_key)
        return scene, run(scene, probes, progress)
