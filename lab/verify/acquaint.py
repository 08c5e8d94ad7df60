"""Gets to know an archive before it is questioned: by which title, and what its friends may do.

Nobody tells us what an identity may. What it is served is found out here, gently, and is then the
positive control of the run; rights that the user declares are taken as they are.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydicom.dataset import Dataset

from lab.asking import every_study
from lab.attempts import model_of, retrieve
from lab.conversation import SUCCESS, Conversation
from lab.evidence import Evidence
from lab.marked import is_marked
from lab.probe import Answer
from lab.probes.guess_ae_titles import DEFAULT_TITLES
from lab.scene import Peer, Scene, Wanted
from lab.sop_classes import PATIENT_ROOT_FIND, STUDY_ROOT_FIND, STUDY_ROOT_MOVE
from lab.target import Target

TRIES = 3
"""Studies that are looked into for one instance to ask for."""
ANY = "ANY-SCP"
TOO_SLOW = frozenset({"timeout", "silence"})


def find_title(scene: Scene) -> Scene:
    """For a stranger: the first title that the archive does not reject as not its own."""
    titles = dict.fromkeys((scene.ae_title, *scene.more_titles, *DEFAULT_TITLES))
    for title in titles:
        with scene.as_stranger(called=title).converse() as talk:
            pass
        if not _is_wrong_title(talk.evidence):
            return replace(scene, ae_title=title)
    return scene


def _is_wrong_title(evidence: Sequence[Evidence]) -> bool:
    return any(seen.code.startswith("rj") and seen.code.endswith("/7") for seen in evidence)


def acquaint(scene: Scene) -> Scene:
    """The scene with its friends' rights as they were found, and an instance to ask for."""
    peers = {}
    wanted = scene.wanted
    for role, peer in scene.peers.items():
        target = scene.target(peer)
        may, found = _try_out(target, peer)
        wanted = wanted or found
        peers[role] = peer if peer.rights_known else replace(peer, may=frozenset(may))
    return replace(scene, peers=peers, wanted=wanted)


def _try_out(target: Target, peer: Peer) -> tuple[set[str], Wanted | None]:
    may, wanted = {"echo"}, find_instance(target)
    if wanted is not None:
        may.add("find")
        if retrieve(target, wanted)[0].answer is Answer.YES:
            may.add("get")
        if peer.listens_on is not None and _offers_move(target):
            may.add("move")
    return may, wanted


def _offers_move(target: Target) -> bool:
    with target.converse(STUDY_ROOT_MOVE) as talk:
        return STUDY_ROOT_MOVE in talk.accepted


def find_instance(target: Target) -> Wanted | None:
    """One instance of the first studies that the archive lists; None: it lists none to us."""
    studies = _list_studies(target)
    studies.sort(key=lambda study: is_marked(_text(study, "PatientID")))  # ours are no proof
    for study in studies[:TRIES]:
        found = _look_into(target, study)
        if found is not None:
            return found
    return None


def _list_studies(target: Target) -> list[Dataset]:
    """What it lists to us; asked a second time where it was too slow to answer."""
    studies: list[Dataset] = []
    for _ in range(2):
        with _querying(target) as (talk, model):
            _, studies = talk.find(model, every_study())
        if studies or not any(seen.code in TOO_SLOW for seen in talk.evidence):
            break
    return studies


@contextlib.contextmanager
def _querying(target: Target) -> Iterator[tuple[Conversation, str]]:
    with target.converse(STUDY_ROOT_FIND, PATIENT_ROOT_FIND) as talk:
        yield talk, model_of(talk, STUDY_ROOT_FIND, PATIENT_ROOT_FIND)


def _look_into(target: Target, study: Dataset) -> Wanted | None:
    """A series of the study, and an instance of that."""
    with _querying(target) as (talk, model):
        asked = _keys(study, "PatientID", "StudyInstanceUID")
        asked.QueryRetrieveLevel, asked.SeriesInstanceUID = "SERIES", ""
        status, series = talk.find(model, asked)
        if not series or (status != SUCCESS and not talk.established):
            return None
        asked.SeriesInstanceUID = _text(series[0], "SeriesInstanceUID")
        asked.QueryRetrieveLevel, asked.SOPInstanceUID = "IMAGE", ""
        _, instances = talk.find(model, asked)
    if not instances or not _text(instances[0], "SOPInstanceUID"):
        return None
    return Wanted(
        _text(study, "PatientID"),
        _text(study, "StudyInstanceUID"),
        str(asked.SeriesInstanceUID),
        _text(instances[0], "SOPInstanceUID"),
    )


def _keys(ds: Dataset, *keywords: str) -> Dataset:
    made = Dataset()
    for keyword in keywords:
        setattr(made, keyword, _text(ds, keyword))
    return made


def _text(ds: Dataset, keyword: str) -> str:
    return str(ds.get(keyword) or "")
