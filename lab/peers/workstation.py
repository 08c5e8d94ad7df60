"""A synthetic workstation: finds studies, gets them, and has them moved to itself.

It compares the SHA-256 of each data set as it arrives with the answer key, so that "it works"
means: every image came, bit for bit, and none that is not known.
"""

import hashlib
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pydicom.dataset import Dataset

from lab import sop_classes
from lab.conversation import SUCCESS, Conversation
from lab.delivery import Delivered, Transfer
from lab.evidence import Evidence, Layer
from lab.inbox import Arrival, Inbox, server_context
from lab.scene import Peer
from lab.target import Target
from sample_images.manifest import Manifest

AT_ONCE = 2
"""Associations at the same time."""


@dataclass(frozen=True)
class Retrieved:
    """What one way of retrieving brought."""

    identical: int
    """Instances whose data set is the answer key's, bit for bit."""
    expected: int
    tls: bool
    """Whether every connection that images came over was TLS."""
    evidence: tuple[Evidence, ...] = ()
    """What the wire showed where something failed."""

    @property
    def ok(self) -> bool:
        """Whether everything came, unchanged."""
        return self.identical == self.expected > 0


@dataclass(frozen=True)
class Worked:
    """What a workstation's whole work came to."""

    found: int
    """Patients of the answer key, all of whose studies were listed."""
    patients: int
    evidence: tuple[Evidence, ...]
    """What the wire showed of the query."""
    got: Retrieved
    moved: Retrieved


class Receiving(Protocol):
    """A listening AE, while images are moved to it."""

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """Connections of the archive that arrived so far."""


Begin = Callable[[], AbstractContextManager[Conversation]]
"""Begins an association."""
Retrieve = Callable[[Conversation, Dataset], Transfer]
"""Retrieves the study of an identifier."""
Waiting = queue.SimpleQueue[Dataset]
"""Identifiers of studies that are still to be retrieved; several threads draw from it."""

Note = Callable[[str, str], None]
"""Told SOP Instance UID and SHA-256 of the data set of each instance that arrives."""


class _Hashes:
    """Instances that arrived, by UID; kept as hashes, so that memory stays small."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._lock = threading.Lock()
        self._hashes: dict[str, str] = {}
        self._progress = progress

    def take(self, delivered: Delivered) -> int:
        """Take one instance; always welcome."""
        self.note(delivered.sop_instance_uid, hashlib.sha256(delivered.data_set).hexdigest())
        return SUCCESS

    def note(self, sop_instance_uid: str, sha256: str) -> None:
        """The same of one that somebody else has hashed."""
        with self._lock:
            self._hashes[sop_instance_uid] = sha256
        self._progress(1)

    def matching(self, expected: Mapping[str, str]) -> int:
        """How many are the expected ones."""
        with self._lock:
            return len(self._hashes.items() & expected.items())


@dataclass
class Workstation:
    """A workstation that is a peer of one archive."""

    target: Target
    peer: Peer
    """Its own listening address and certificate."""
    answer_key: Manifest
    progress: Callable[[int], None] = field(default=lambda _instances: None)
    """Told after each instance."""
    standing: Callable[[Note], AbstractContextManager[Receiving]] | None = None
    """Where its listening AE stands already; None: it listens by itself while it has to."""

    def work(self) -> Worked:
        """Find, get and have moved everything."""
        found, evidence = self.find()
        return Worked(
            found, len(self.answer_key.patients), evidence, got=self.get(), moved=self.move()
        )

    def find(self) -> tuple[int, tuple[Evidence, ...]]:
        """Find all studies (C-FIND); how many patients of the answer key they belong to."""
        identifier = _every_study()
        with self.target.converse(sop_classes.STUDY_ROOT_FIND) as talk:
            _, matches = talk.find(sop_classes.STUDY_ROOT_FIND, identifier)
        found = {str(match.get("StudyInstanceUID", "")) for match in matches}
        complete = [
            patient
            for patient in self.answer_key.patients
            if {study.study_instance_uid for study in patient.studies} <= found
        ]
        return len(complete), talk.evidence

    def get(self) -> Retrieved:
        """Get every study (C-GET) on associations of its own."""
        hashes, model = _Hashes(self.progress), sop_classes.STUDY_ROOT_GET
        classes = sorted({instance.sop_class_uid for instance in self.answer_key.instances()})
        evidence = self._study_by_study(
            lambda: self.target.converse(model, receiving=classes),
            lambda talk, study: talk.get(model, study, hashes.take),
        )
        return self._retrieved(hashes, tls=self.target.door.tls, evidence=evidence)

    def move(self) -> Retrieved:
        """Have every study moved (C-MOVE) to its own listening AE.

        In the hardened lab that AE shows its certificate and demands the archive's.
        """
        hashes, model = _Hashes(self.progress), sop_classes.STUDY_ROOT_MOVE
        receiving = self.standing(hashes.note) if self.standing else self._inbox(hashes)
        with receiving as listening:
            evidence = self._study_by_study(
                lambda: self.target.converse(model),
                lambda talk, study: talk.move(model, study, self.peer.ae_title),
            )
            arrivals = listening.arrivals
        tls = bool(arrivals) and all(arrival.tls for arrival in arrivals)
        return self._retrieved(hashes, tls=tls, evidence=evidence)

    def _inbox(self, hashes: _Hashes) -> Inbox:
        """Its listening AE; where it has a certificate, it takes nothing without TLS."""
        if self.peer.listens_on is None:
            raise ValueError(f"{self.peer.ae_title} listens nowhere")
        tls = None
        if self.peer.certificate is not None and self.target.door.tls:
            tls = server_context(self.peer.certificate, self.peer.key, self.target.trust)
        return Inbox(
            self.peer.listens_on,
            self.peer.ae_title,
            tls=tls,
            tls_only=tls is not None,
            receive=hashes.take,
        )

    def _study_by_study(self, begin: Begin, retrieve: Retrieve) -> tuple[Evidence, ...]:
        """Retrieve on a few associations at once; what the wire showed where it failed first."""
        waiting = _waiting(self.answer_key)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="workstation") as pool:
            some = [pool.submit(_retrieve_some, waiting, begin, retrieve) for _ in range(AT_ONCE)]
        return next((one.result() for one in some if one.result()), ())

    def _retrieved(
        self, hashes: _Hashes, *, tls: bool, evidence: tuple[Evidence, ...]
    ) -> Retrieved:
        expected = {
            instance.sop_instance_uid: instance.data_set_sha256
            for instance in self.answer_key.instances()
        }
        identical = hashes.matching(expected)
        if not evidence and identical < len(expected):
            text = f"{len(expected) - identical} images did not come, or came changed"
            evidence = (Evidence(Layer.DATA, text),)
        return Retrieved(identical, len(expected), tls, evidence)


def _retrieve_some(waiting: Waiting, begin: Begin, retrieve: Retrieve) -> tuple[Evidence, ...]:
    """Studies that wait, one after another on one association; after a failure on a new one."""
    shown: tuple[Evidence, ...] = ()
    while not waiting.empty():
        with begin() as talk:
            served = True
            while served and (study := _next(waiting)) is not None:
                served = retrieve(talk, study).status == SUCCESS
        shown = shown or (() if served else talk.evidence)
    return shown


def _next(waiting: Waiting) -> Dataset | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None


def _waiting(answer_key: Manifest) -> Waiting:
    """One C-GET or C-MOVE identifier for each study (PS3.4 C.4.3.1.3)."""
    identifiers: Waiting = queue.SimpleQueue()
    for patient in answer_key.patients:
        for study in patient.studies:
            ds = Dataset()
            ds.QueryRetrieveLevel = "STUDY"
            ds.StudyInstanceUID = study.study_instance_uid
            identifiers.put(ds)
    return identifiers


def _every_study() -> Dataset:
    """A C-FIND identifier at STUDY level that leaves nothing out (universal matching)."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.PatientID = ds.PatientName = ds.StudyInstanceUID = ""
    return ds
