"""An image under the wrong heading.

Why it matters: which services a peer may use is agreed when the association begins. An archive that
later goes by what a message says, and not by the context it came under, stores images on an
association that was opened for an echo, past every rule about contexts.

What it does: as an authorised peer that may store, associates for Verification alone, and sends a
C-STORE of a marked image under that context. Yes if it is answered with success.

What it cannot tell: whether queries are taken under the wrong context, too.
"""

from lab import closing
from lab.asking import by, may_write, need_peer, was_stored
from lab.probe import Answered, Severity, probe, yes
from lab.raw_messages import COMMAND, DATA_SET, c_store_rq, in_fragments
from lab.scene import Scene
from lab.sop_classes import CT, VERIFICATION


@probe(
    asks="Is an image stored under a presentation context for something else?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("a presentation context for images",),
    severity=Severity.HIGH,
    standard=("PS3.8 9.3.5.1", "PS3.7 C.5.6 (0122H)"),
    fix="Take a version that holds each message to its presentation context.",
    closing=closing.BUILT_IN,
    malforms=True,
    writes=True,
    built_in=True,
)
def wrong_context(scene: Scene) -> Answered:
    """Store on an association for echoes."""
    may_write(scene)
    instance = scene.marked.new()
    with scene.target(need_peer(scene, may="store")).converse() as talk:
        context = talk.context_of(VERIFICATION)
        if context is None:
            return by(talk)
        command = c_store_rq(CT.encode(), instance.sop_instance_uid.encode())
        talk.send_raw(in_fragments(context, COMMAND, command))
        talk.send_raw(in_fragments(context, DATA_SET, instance.data_set))
        return yes(talk.evidence) if was_stored(talk.answer("C-STORE")) else by(talk)
