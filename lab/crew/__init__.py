"""Who does the lab's work: fills both archives, uses them, attacks them, asks.

The story does not care where the devices are: in this very process (:mod:`lab.crew.here`), or
each in a container of its own (:mod:`lab.crew.afar`). Both give the same values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lab.engines import EngineError, Which
from lab.exposure import Exposure
from lab.overheard import Overheard
from lab.peers.glance import Glanced
from lab.peers.modality import Sent
from lab.peers.workstation import Worked
from lab.pictures import Picture
from lab.probe import Probe
from lab.probes import PROBES
from lab.progress import Progress
from lab.run import Outcome
from lab.run import Progress as Asking
from lab.scene import Scene
from sample_images.manifest import Manifest
from sample_images.size import Size

Show = Callable[[Picture], None]
"""Takes each stolen picture as it arrives; called from several threads."""
Count = Callable[[int], None]
"""Told how many instances are done in all; called from several threads."""


class StationError(EngineError):
    """A device of the lab did not do its work: a fault of ours, never of an archive."""


@dataclass(frozen=True)
class Load:
    """What the archives are filled with."""

    patients: int
    seed: int
    size: Size


@dataclass(frozen=True)
class Filled:
    """The answer key, and what became of the images at each archive."""

    answer_key: Manifest
    sent: Mapping[Which, Sent]
    by_legacy: Sent | None = None
    """What a device that cannot do TLS sent to the hardened archive; None where there is none."""


class Crew(Protocol):
    """The devices around the lab's two archives."""

    def fill(self, load: Load, progress: Progress) -> Filled:
        """Draw images and let the modality send them to both; nothing drawn is left behind.

        Raises:
            StationError: the modality could not do its work.
            OSError: the images cannot be written.
        """

    def work(self, answer_key: Manifest, done: Count) -> Worked:
        """Let the workstation find, get and have moved everything on the hardened archive.

        Raises:
            StationError: the workstation could not do its work.
        """

    def overhear(self, which: Which, answer_key: Manifest) -> tuple[Overheard, Glanced]:
        """Record what crosses the wire while the workstation lists everything and gets one study.

        Raises:
            StationError: the tap or the workstation could not do its work.
        """

    def measure(
        self, which: Which, answer_key: Manifest, show: Show | None, done: Count
    ) -> Exposure:
        """Let the stranger take what an archive gives.

        Raises:
            StationError: the stranger could not do its work.
        """

    def ask(
        self,
        which: Which,
        answer_key: Manifest | None,
        progress: Asking,
        probes: Sequence[Probe] = PROBES,
    ) -> tuple[Scene, Outcome]:
        """Put questions to an archive: the archive as it was met, and what was found.

        The friends come before them and after them, whether or not anything was planted.
        A question that could not be put because of a fault of ours is answered "unknown".
        """
