"""Presentation contexts that a device has no need for.

Why it matters: every presentation context an archive accepts is a parser to feed and a service
to ask. A modality that stores needs a few; an archive that accepts everything tells everybody
what it can do and takes whatever comes.

What it does: as each authorised peer in turn, with every credential of its own, proposes the
contexts of those services that it has no right to, and looks which are accepted. It asks for
nothing on them.

What it cannot tell: whether a request on an accepted context would be refused later (the
probes *beyond rights* ask that).

How to close it:

- here: `presentation_contexts` lists the SOP classes that are needed.
- Orthanc: `UnknownSopClassAccepted` false, `AcceptedTransferSyntaxes` short; since 1.12.6
  `AcceptedSopClasses` and `RejectedSopClasses`, of which 1.12.6 itself reads the second only where
  it is misspelt `RejectSopClasses`.
- DCMTK: `storescp -xf` with an association profile that lists what is needed; `dcmqrscp` offers
  all storage classes.
- dcm4chee: remove transfer capabilities (`dicomTransferCapability`) from the AE that nobody uses.
"""

from collections.abc import Sequence

from pydicom.uid import UID

from lab.asking import by, need_peer, showed
from lab.evidence import Evidence
from lab.probe import Answer, Answered, NotTestedError, Severity, no, probe, yes
from lab.scene import Peer, Scene
from lab.sop_classes import (
    PATIENT_ROOT_FIND,
    PATIENT_ROOT_GET,
    PATIENT_ROOT_MOVE,
    STORAGE,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
)

CONTEXTS = {
    "find": (PATIENT_ROOT_FIND, STUDY_ROOT_FIND),
    "get": (PATIENT_ROOT_GET, STUDY_ROOT_GET),
    "move": (PATIENT_ROOT_MOVE, STUDY_ROOT_MOVE),
    "store": STORAGE,
}
"""Abstract syntaxes of each service."""


@probe(
    asks="Is a presentation context accepted that the peer has no need for?",
    holds=("client certificate", "both AE titles"),
    lacks=("the right to the services it proposes",),
    severity=Severity.LOW,
    standard=("PS3.8 9.3.3.2", "PS3.15 H.1.1.6"),
    fix="Accept from each device only the SOP classes it needs.",
)
def unneeded_contexts(scene: Scene) -> Answered:
    """Propose to each peer's name what it has no right to."""
    need_peer(scene)
    known = [peer for peer in scene.peers.values() if peer.rights_known]
    if not known:
        raise NotTestedError("the rights that a peer should have were not told")
    evidence: list[Evidence] = []
    found = False
    for peer in known:
        unneeded = [uid for name, uids in CONTEXTS.items() if name not in peer.may for uid in uids]
        with scene.target(peer).converse(*unneeded) as talk:
            accepted = [uid for uid in unneeded if uid in talk.accepted]
        answer = by(talk)
        if answer.answer is Answer.UNKNOWN:
            return answer
        evidence += [*talk.evidence, showed(_said(peer, accepted, len(unneeded)))]
        found = found or bool(accepted)
    return (yes if found else no)(evidence)


def _said(peer: Peer, accepted: Sequence[str], proposed: int) -> str:
    text = f"{peer.ae_title}: {len(accepted)} of {proposed} unneeded contexts accepted"
    return f"{text}, the first for {UID(accepted[0]).name}" if accepted else text
