"""The positive control: the clinic's own devices are served, or a refusal proves nothing.

Each authorised peer does on the archive's port what it has a right to: echo, store a marked
instance, find it, get it back unchanged, move it to where it listens.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pydicom.dataset import Dataset

from lab.asking import need_wanted, one_study, wanted_of, was_stored
from lab.attempts import inbox_of, move, retrieve
from lab.conversation import SUCCESS
from lab.evidence import Evidence, Layer
from lab.marked import MarkedInstance
from lab.probe import Answer, NotTestedError
from lab.scene import Peer, Scene, Wanted
from lab.sop_classes import CT, STUDY_ROOT_FIND
from lab.verdict import AFTER, PositiveControl
from sample_images.manifest import Manifest

ARRIVES_WITHIN = 5.0
"""Seconds that a moved image may take."""


@dataclass(frozen=True)
class Deed:
    """One service that one peer was, or was not, served."""

    what: str
    ok: bool
    answered: bool
    """Whether the archive gave any answer; silence and a closed port are none."""
    evidence: tuple[Evidence, ...]


Service = Callable[[Scene, Peer, MarkedInstance], tuple[bool, tuple[Evidence, ...]]]


def _echo(scene: Scene, peer: Peer, _bait: MarkedInstance) -> tuple[bool, tuple[Evidence, ...]]:
    with scene.target(peer).converse() as talk:
        return talk.echo() == SUCCESS, talk.evidence


def _store(scene: Scene, peer: Peer, bait: MarkedInstance) -> tuple[bool, tuple[Evidence, ...]]:
    with scene.target(peer).converse(storage=[CT]) as talk:
        return was_stored(talk.store_bytes(bait.part_10)), talk.evidence


def _find(scene: Scene, peer: Peer, _bait: MarkedInstance) -> tuple[bool, tuple[Evidence, ...]]:
    wanted = need_wanted(scene)
    with scene.target(peer).converse(STUDY_ROOT_FIND) as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, one_study(wanted.study_instance_uid))
        found = [match for match in matches if match.get("PatientID") == wanted.patient_id]
        return status == SUCCESS and len(found) == 1, talk.evidence


def _get(scene: Scene, peer: Peer, bait: MarkedInstance) -> tuple[bool, tuple[Evidence, ...]]:
    wanted = need_wanted(scene)
    answered, collected = retrieve(scene.target(peer), wanted)
    came = [one for one in collected.instances if one.sop_instance_uid == wanted.sop_instance_uid]
    if wanted.sop_instance_uid == bait.sop_instance_uid:
        came = [one for one in came if bait.pixels in one.data_set]
    return answered.answer is Answer.YES and len(came) == 1, answered.evidence


def _move(scene: Scene, peer: Peer, _bait: MarkedInstance) -> tuple[bool, tuple[Evidence, ...]]:
    wanted = need_wanted(scene)
    with inbox_of(scene, peer) as inbox:
        talk, transfer = move(scene.target(peer), wanted, peer.ae_title)
        came = transfer.status == SUCCESS and inbox.wait_for_delivery(
            wanted.sop_instance_uid, ARRIVES_WITHIN
        )
        if not inbox.arrivals:
            talk.record.note(Evidence(Layer.DATA, "no connection of the archive arrived"))
        return came, talk.evidence


SERVICES: Mapping[str, Service] = {
    "echo": _echo,
    "store": _store,
    "find": _find,
    "get": _get,
    "move": _move,
}


def greet(scene: Scene) -> tuple[PositiveControl | None, Scene]:
    """Let every authorised peer do what it may, stores first; None where there is no peer.

    The returned scene knows an instance that is in the archive, if one could be stored.
    """
    if not scene.peers:
        return None, scene
    bait = scene.marked.new()
    stores = [(peer, "store") for peer in scene.peers.values() if "store" in peer.may and scene.own]
    first = [_serve(scene, peer, service, bait) for peer, service in stores]
    stored = any(deed.ok for deed in first)
    scene = replace(
        scene, wanted=wanted_of(bait) if stored else scene.wanted or planted(scene.answer_key)
    )
    others = [
        (peer, service)
        for peer in scene.peers.values()
        for service in SERVICES
        if service in peer.may and service != "store" and _can(scene, peer, service)
    ]
    with ThreadPoolExecutor(4 if scene.own else 1) as pool:
        rest = list(pool.map(lambda one: _serve(scene, one[0], one[1], bait), others))
    return _control(scene, [*first, *rest]), scene


def planted(answer_key: Manifest | None) -> Wanted | None:
    """The first instance of the answer key, which should be in the archive."""
    for patient in answer_key.patients if answer_key else ():
        for study in patient.studies:
            for series in study.series:
                for one in series.instances:
                    return Wanted(
                        patient.patient_id,
                        study.study_instance_uid,
                        series.series_instance_uid,
                        one.sop_instance_uid,
                    )
    return None


def greet_again(scene: Scene, before: PositiveControl | None) -> PositiveControl | None:
    """One echo of each peer after the probes: an archive that fell over was not secure."""
    if before is None or not before.ok:
        return before
    nothing = MarkedInstance("", "", "", "", Dataset())
    deeds = [_serve(scene, peer, "echo", nothing) for peer in scene.peers.values()]
    after = _control(scene, deeds)
    return replace(
        after,
        did=(*before.did, *(what + AFTER for what in after.did)),
        evidence=(*before.evidence, *after.evidence),
    )


def _can(scene: Scene, peer: Peer, service: str) -> bool:
    """What we have the means for: a listener for move, a known instance for all but echo."""
    if service == "move" and peer.listens_on is None:
        return False
    return service == "echo" or scene.wanted is not None


def _serve(scene: Scene, peer: Peer, service: str, bait: MarkedInstance) -> Deed:
    what = f"{peer.ae_title} C-{service.upper()}"
    try:
        ok, evidence = SERVICES[service](scene, peer, bait)
    except NotTestedError as error:  # our listener could not listen: we failed, not they
        return Deed(what, ok=False, answered=False, evidence=(Evidence(Layer.LAB, str(error)),))
    except Exception as error:  # the same: the wire never raises here
        text = f"fault of the lab: {type(error).__name__}: {error}"
        return Deed(what, ok=False, answered=False, evidence=(Evidence(Layer.LAB, text),))
    return Deed(what, ok, _was_answered(evidence), evidence)


def _was_answered(evidence: tuple[Evidence, ...]) -> bool:
    """Whether somebody said anything, if only by hanging up."""
    mute = {"refused", "timeout", "unreachable", "silence"}
    ours = {Layer.DATA, Layer.LAB}  # what we noted, not what the archive said
    return any(seen.layer not in ours and seen.code not in mute for seen in evidence)


def _control(scene: Scene, deeds: list[Deed]) -> PositiveControl:
    failed = [deed for deed in deeds if not deed.ok]
    return PositiveControl(
        peer=", ".join(peer.ae_title for peer in scene.peers.values()),
        did=tuple(deed.what for deed in deeds if deed.ok),
        ok=bool(deeds) and not failed,
        reached=any(deed.answered for deed in deeds),
        evidence=tuple(
            Evidence(seen.layer, f"{deed.what}: {seen.text}", seen.code)
            for deed in failed
            for seen in deed.evidence
        ),
    )
