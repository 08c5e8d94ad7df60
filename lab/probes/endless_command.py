"""A command that never ends.

Why it matters: a command set has a few hundred bytes, but nothing on the wire says where it ends
until its last fragment. An archive that collects fragments until then collects until its memory is
full.

What it does: as an authorised peer, associates and sends fragments of a command set, none of them
the last, two megabytes in all. Yes if the association still stands then.

What it cannot tell: how much the archive would take in the end; we stop at two megabytes.
"""

from lab import closing
from lab.asking import by, need_peer, showed
from lab.probe import Answered, Severity, no, probe, yes
from lab.raw_messages import COMMAND, LARGEST_FRAGMENT, p_data
from lab.scene import Scene
from lab.sop_classes import VERIFICATION

FIRST = 1
"""The id of a presentation context, where none was accepted: it is a bad message anyway."""
FRAGMENTS = 2 * 1024 * 1024 // LARGEST_FRAGMENT
PATIENCE = 1.0
"""Seconds that the archive has to end the association after the last byte."""


@probe(
    asks="Does the archive take in a command of any length?",
    holds=("client certificate", "both AE titles"),
    lacks=("a command that ends",),
    severity=Severity.MEDIUM,
    standard=("PS3.7 6.3.1", "PS3.8 E.2"),
    fix="Take a version that bounds the length of commands.",
    closing=closing.BUILT_IN,
    malforms=True,
    exhausts=True,
    built_in=True,
)
def endless_command(scene: Scene) -> Answered:
    """Send fragments without a last one."""
    with scene.target(need_peer(scene)).converse() as talk:
        if not talk.established:
            return by(talk)
        piece = p_data(talk.context_of(VERIFICATION) or FIRST, COMMAND, bytes(LARGEST_FRAGMENT))
        for _ in range(FRAGMENTS):
            talk.send_raw(piece)
        if talk.ends_within(PATIENCE):
            return no([*talk.evidence, showed("the archive ended the association")])
        told = f"the association stood after {FRAGMENTS * len(piece)} bytes"
        return yes([*talk.evidence, showed(told)])
