"""A guest who says nothing.

Why it matters: an association that stands holds a thread and one of a few seats. Devices that were
switched off in the middle of one leave it open for ever; a hundred of those, or one who means it,
and nobody else gets in.

What it does: as an authorised peer, associates and says nothing for a little longer than the tight
limit of silence. Yes if a C-ECHO is answered then.

What it cannot tell: whether a byte now and then keeps it open; the time that a message may take
bounds that.
"""

from lab import closing
from lab.asking import by, is_served, need_peer, showed
from lab.probe import Answered, Severity, no, probe
from lab.scene import Scene

MARGIN = 1.5
"""Seconds beyond the limit that we grant a busy archive."""


@probe(
    asks="Does an association stand that is silent beyond the tight limit?",
    holds=("client certificate", "both AE titles"),
    lacks=("anything to say",),
    severity=Severity.LOW,
    standard=("PS3.8 9.1.5", "PS3.8 7.3"),
    fix="Abort associations that are silent for longer than your slowest device.",
    closing=closing.LIMITS,
    waits=True,
    exhausts=True,
)
def silent_association(scene: Scene) -> Answered:
    """Associate and wait."""
    with scene.target(need_peer(scene)).converse() as talk:
        if not talk.established:
            return by(talk)
        if talk.ends_within(scene.silence + MARGIN):
            ended = showed(f"the archive ended it within {scene.silence + MARGIN:.1f} s")
            return no([*talk.evidence, ended])
        return is_served(talk)
