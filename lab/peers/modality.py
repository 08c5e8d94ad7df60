"""A synthetic modality: sends patients' studies to an archive by C-STORE.

Before it could delete a study, it asks for Storage Commitment (PS3.4 J) where it may.

One association for each study, several at a time, as the devices of a clinic do. Files are
sent as they are: nothing is decoded, so that the archive gets the very bytes of the data set.
What was not answered because the connection broke is sent again, as a device with a queue does.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from lab.conversation import SUCCESS, Conversation
from lab.evidence import Evidence
from lab.scene import Peer, Scene
from lab.sop_classes import STORAGE_COMMITMENT
from lab.target import Target
from sample_images.manifest import InstanceEntry, PatientEntry

AT_ONCE = 2
"""Associations at the same time."""
AGAIN_AFTER = 0.5
"""Seconds between two tries."""
BROKEN = frozenset(
    {"refused", "timeout", "unreachable", "reset", "closed", "failed", "silence", "tls"}
)
"""Codes of evidence that nobody is there, or no longer."""
WELL = frozenset({"ac", "0000H"})
"""Codes of evidence that all was well so far."""
NO_ROOM = range(0xA700, 0xA800)
"""Refused: Out of Resources (PS3.4 B.2.3), which passes."""


@dataclass(frozen=True)
class Sent:
    """What became of everything that was to be sent."""

    instances: int = 0
    """Answered 0000H."""
    asked: int = 0
    """Images that the archive was asked to vouch for."""
    committed: int = 0
    """Images that it vouches for."""
    failed: int = 0
    """Not sent, or answered otherwise."""
    tls: str = ""
    """The TLS version, "" for plaintext."""
    evidence: tuple[Evidence, ...] = ()
    """What the wire showed where something failed."""
    reached: bool = False
    """Whether anything of the archive was there to answer."""
    again: int = 0
    """Associations that were begun anew, for what was not answered or found no room."""

    @property
    def ok(self) -> bool:
        """Whether everything arrived, and the archive vouches for what it was asked about."""
        return self.instances > 0 and not self.failed and self.committed == self.asked

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(
            instances=self.instances + other.instances,
            asked=self.asked + other.asked,
            committed=self.committed + other.committed,
            failed=self.failed + other.failed,
            tls=self.tls or other.tls,
            evidence=self.evidence or other.evidence,
            reached=self.reached or other.reached,
            again=self.again + other.again,
        )


@dataclass
class Modality:
    """Sends studies that lie under ``directory`` to an archive."""

    target: Target
    directory: Path
    progress: Callable[[int], None] = field(default=lambda _instances: None)
    """Told after each instance how many more were answered."""
    commits: bool = False
    """Whether it asks for Storage Commitment after each study."""
    last: int | None = None
    """Number of the last patient that it sends; None: all."""
    patience: float = 0.0
    """Seconds for which it tries again where the connection broke, from the last answer on."""

    def send(self, patients: Iterable[PatientEntry]) -> Sent:
        """Send everything; ``patients`` may wait for images that are still being made."""
        arriving = _Shared(iter(patients))
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="modality") as pool:
            devices = [pool.submit(self._send_all, arriving) for _ in range(AT_ONCE)]
            return sum((device.result() for device in devices), Sent())

    def _send_all(self, patients: Iterator[PatientEntry]) -> Sent:
        return sum(
            (
                self.send_patient(patient)
                for patient in patients
                if self.last is None or patient.number <= self.last
            ),
            Sent(),
        )

    def send_patient(self, patient: PatientEntry) -> Sent:
        """Send one patient's study on one association, and on more if it breaks."""
        instances = list(patient.instances())
        sent, left = self._try(instances, instances)
        until = time.monotonic() + self.patience
        while left and time.monotonic() < until:
            time.sleep(AGAIN_AFTER)
            more, left = self._try(instances, left)
            sent += replace(more, again=1)
            if more.instances:
                until = time.monotonic() + self.patience
        return sent + Sent(failed=len(left))

    def _try(
        self, study: Sequence[InstanceEntry], some: Sequence[InstanceEntry]
    ) -> tuple[Sent, list[InstanceEntry]]:
        """Send some of a study on one association; what came of it, and what is to be repeated."""
        classes = sorted({instance.sop_class_uid for instance in study})
        services = [STORAGE_COMMITMENT] if self.commits else []
        with self.target.converse(*services, storage=classes) as talk:
            statuses = self._store(talk, some)
            left = [
                one
                for one, status in zip_longest(some, statuses)
                if status in NO_ROOM or (status is None and _broke(talk.evidence))
            ]
            asks = self.commits and not left
            committed = self._commit(talk, study) if asks else frozenset()
        stored = sum(status == SUCCESS for status in statuses)
        asked = len(study) if asks else 0
        sent = Sent(
            stored,
            asked=asked,
            committed=len(committed),
            failed=len(some) - stored - len(left),
            tls=_tls_version(talk.evidence),
            evidence=talk.evidence if stored < len(some) or len(committed) < asked else (),
            reached=bool(talk.reached),
        )
        return sent, left

    @staticmethod
    def _commit(talk: Conversation, instances: Sequence[InstanceEntry]) -> frozenset[str]:
        """What the archive vouches for of one study."""
        return talk.commit((one.sop_class_uid, one.sop_instance_uid) for one in instances)

    def _store(self, talk: Conversation, instances: Sequence[InstanceEntry]) -> list[int | None]:
        """Store one after another; a refusal of one is no reason to keep back the next."""
        statuses: list[int | None] = []
        for instance in instances:
            if not talk.established:
                break
            statuses.append(talk.store(self.directory / instance.file))
            if statuses[-1] == SUCCESS:
                self.progress(1)
        return statuses


def modality_of(
    scene: Scene, peer: Peer, directory: Path, progress: Callable[[int], None]
) -> Modality:
    """The modality that a peer of an archive is."""
    return Modality(scene.target(peer), directory, progress, commits="commit" in peer.may)


class _Shared(Iterator[PatientEntry]):
    """An iterator that several threads draw from."""

    def __init__(self, patients: Iterator[PatientEntry]) -> None:
        self._patients = patients
        self._lock = threading.Lock()

    def __next__(self) -> PatientEntry:
        with self._lock:
            return next(self._patients)


def _broke(evidence: Sequence[Evidence]) -> bool:
    """Whether the connection ended, or never came about, without anybody's refusal.

    What was well up to its last sign, and then said nothing, ended between two images.
    """
    last = evidence[-1].code if evidence else ""
    return last in BROKEN | WELL or last.startswith(("abort ", "TLSv"))


def _tls_version(evidence: Sequence[Evidence]) -> str:
    return next((seen.code for seen in evidence if seen.code.startswith("TLSv")), "")
