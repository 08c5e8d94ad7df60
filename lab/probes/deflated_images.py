"""Images that unfold.

Why it matters: a data set in a deflated transfer syntax is small on the wire and as large as its
sender likes once unpacked: half a megabyte has become a gigabyte in the memory of a server. Hardly
any device sends it.

What it does: as an authorised peer that may store, proposes to send CT images in Deflated Explicit
VR Little Endian and no other syntax. Nothing is sent. Yes if the archive accepts that.

What it cannot tell: whether the archive bounds what it unpacks; it need not if it unpacks nothing.
"""

from pydicom.uid import DeflatedExplicitVRLittleEndian

from lab import closing
from lab.asking import by, need_peer, showed
from lab.probe import Answered, Severity, no, probe, yes
from lab.scene import Scene
from lab.sop_classes import CT


@probe(
    asks="Does the archive accept images in a deflated transfer syntax?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("a transfer syntax that devices need",),
    severity=Severity.LOW,
    standard=("PS3.5 A.5", "PS3.8 9.3.3.2"),
    fix="Accept no deflated transfer syntax, or bound what is unpacked.",
    closing=closing.BUILT_IN,
    built_in=True,
)
def deflated_images(scene: Scene) -> Answered:
    """Propose nothing else."""
    syntaxes = [str(DeflatedExplicitVRLittleEndian)]
    target = scene.target(need_peer(scene, may="store"))
    with target.converse(storage=[CT], syntaxes=syntaxes) as talk:
        if not talk.established:
            return by(talk)
        if talk.context_of(CT) is not None:
            return yes([*talk.evidence, showed("the deflated syntax was accepted")])
        return no([*talk.evidence, showed("the deflated syntax was not accepted")])
