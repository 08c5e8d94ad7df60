"""Other people's images, sent by their UIDs.

Why it matters: a C-MOVE is a retrieval with another way home. Where only queries and C-GET are
limited to what a peer may see, it orders the rest to be sent to a workstation that it can look at.

What it does: stores a marked MR image as a peer that may store; then, as a reader that is entitled
to CT only, with every credential of its own, asks by C-MOVE that it be sent to a destination on the
archive's table, and listens there. Yes if the image is delivered.

What it cannot tell: whether a retrieve at another level (the whole study, the patient) would
deliver it.
"""

from lab import closing
from lab.asking import by, showed, wanted_of
from lab.attempts import hide, inbox_of, move
from lab.probe import Answered, NotTestedError, Severity, no, probe, yes
from lab.scene import Scene


@probe(
    asks="Does a peer's C-MOVE send an image that is not its to see?",
    holds=(
        "client certificate",
        "both AE titles",
        "the right to C-MOVE",
        "UIDs of an image",
        "a known destination",
    ),
    lacks=("an entitlement to this image",),
    severity=Severity.HIGH,
    standard=("PS3.4 C.4.2", "PS3.7 C.5.1 (0124H)"),
    fix="Hold retrievals to the same scope as queries.",
    closing=closing.SCOPE,
    writes=True,
)
def move_beyond_scope(scene: Scene) -> Answered:
    """Have the hidden image sent."""
    destination = next((peer for peer in scene.peers.values() if peer.listens_on), None)
    if destination is None:
        raise NotTestedError("no authorised peer listens for C-MOVE")
    reader, hidden = hide(scene)
    with inbox_of(scene, destination) as inbox:
        talk, _ = move(scene.target(reader), wanted_of(hidden), destination.ae_title)
        if hidden.sop_instance_uid in inbox.delivered:
            return yes([*talk.evidence, showed("the image was delivered to our listener")])
    answer = by(talk)
    told = showed("nothing was delivered to our listener")
    return no([*answer.evidence, told]) if answer.untold is None else answer
