"""Names that could do harm.

Why it matters: archives turn UIDs into file names, keys and links. Images under an empty name, an
endless one or one with control characters have overwritten other files, filled logs with forged
lines and led out of the folder they were stored in; notices of such faults name most products of
the field.

What it does: as an authorised peer that may store, sends a marked image under a SOP Instance UID
that is empty, has a line feed or an escape sequence, each on an association of its own. No path and
no name that means anything is sent. Yes if one is stored.

What it cannot tell: whether names that are too long, or have path parts, are kept out of the file
system: the lab's archives never make a path of a UID, and their own tests prove it.
"""

from lab import closing
from lab.asking import by, may_write, need_peer, showed, was_stored
from lab.evidence import Evidence
from lab.probe import Answered, Severity, no, probe, yes
from lab.raw_messages import COMMAND, DATA_SET, c_store_rq, in_fragments
from lab.scene import Scene
from lab.sop_classes import CT

HOSTILE = {
    "no name": b"",
    "a line feed": b"2.25.1\n2",
    "an escape sequence": b"2.25.1\x1b[31m2",
}


@probe(
    asks="Is an image stored under a name that could do harm?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("a UID that is one",),
    severity=Severity.HIGH,
    standard=("PS3.5 9.1", "PS3.7 C.5 (0117H)"),
    fix="Take a version that refuses such names, and never makes paths of any.",
    closing=closing.BUILT_IN,
    malforms=True,
    writes=True,
    built_in=True,
)
def hostile_uid(scene: Scene) -> Answered:
    """Store under three hostile names."""
    may_write(scene)
    target = scene.target(need_peer(scene, may="store"))
    evidence: list[Evidence] = []
    found = False
    for what, name in HOSTILE.items():
        instance = scene.marked.new()
        with target.converse(storage=[CT]) as talk:
            context = talk.context_of(CT)
            if context is None:
                return by(talk)
            talk.send_raw(in_fragments(context, COMMAND, c_store_rq(CT.encode(), name)))
            talk.send_raw(in_fragments(context, DATA_SET, instance.data_set))
            stored = was_stored(talk.answer("C-STORE"))
        evidence += [*talk.evidence, showed(f"{what}: {'stored' if stored else 'refused'}")]
        found = found or stored
    return (yes if found else no)(evidence)
