"""A synthetic modality: sends patients' studies to an archive by C-STORE.

Before it could delete a study, it asks for Storage Commitment (PS3.4 J) where it may.

One association for each study, several at a time, as the devices of a clinic do. Files are
sent as they are: nothing is decoded, so that the archive gets the very bytes of the data set.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from lab.conversation import SUCCESS, Conversation
from lab.evidence import Evidence
from lab.scene import Peer, Scene
from lab.sop_classes import STORAGE_COMMITMENT
from lab.target import Target
from sample_images.manifest import InstanceEntry, PatientEntry

AT_ONCE = 2
"""Associations at the same time."""


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

    def send(self, patients: Iterable[PatientEntry]) -> Sent:
        """Send everything; ``patients`` may wait for images that are still being made."""
        arriving = _Shared(iter(patients))
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="modality") as pool:
            devices = [pool.submit(self._send_all, arriving) for _ in range(AT_ONCE)]
            return sum((device.result() for device in devices), Sent())

    def _send_all(self, patients: Iterator[PatientEntry]) -> Sent:
        return sum((self.send_patient(patient) for patient in patients), Sent())

    def send_patient(self, patient: PatientEntry) -> Sent:
        """Send one patient's study on one association."""
        instances = list(patient.instances())
        classes = sorted({instance.sop_class_uid for instance in instances})
        files = [self.directory / instance.file for instance in instances]
        services = [STORAGE_COMMITMENT] if self.commits else []
        with self.target.converse(*services, storage=classes) as talk:
            stored = self._store(talk, files)
            committed = self._commit(talk, instances) if self.commits else frozenset()
        failed = len(files) - stored
        asked = len(instances) if self.commits else 0
        return Sent(
            stored,
            asked=asked,
            committed=len(committed),
            failed=failed,
            tls=_tls_version(talk.evidence),
            evidence=talk.evidence if failed or len(committed) < asked else (),
            reached=bool(talk.reached),
        )

    @staticmethod
    def _commit(talk: Conversation, instances: Sequence[InstanceEntry]) -> frozenset[str]:
        """What the archive vouches for of one study."""
        return talk.commit((one.sop_class_uid, one.sop_instance_uid) for one in instances)

    def _store(self, talk: Conversation, files: Sequence[Path]) -> int:
        """Store file by file; a refusal of one is no reason to keep back the next."""
        stored = 0
        for file in files:
            if not talk.established:
                break
            if talk.store(file) == SUCCESS:
                stored += 1
                self.progress(1)
        return stored


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


def _tls_version(evidence: Sequence[Evidence]) -> str:
    return next((seen.code for seen in evidence if seen.code.startswith("TLSv")), "")
