"""TLS on the way in, plaintext on the way out.

Why it matters: a C-MOVE makes the archive open a connection of its own, and the settings of its
port say nothing about that. Archives that take nothing but TLS have been found to send the same
images to the workstation in plaintext.

What it does: as an authorised peer that may move, with every credential of its own, asks that an
image be sent to the destination that the archive has on its table, and listens there without TLS.
Yes if the image is delivered.

What it cannot tell: whether the archive shows a certificate of its own when it calls, and whether
it would call another destination in plaintext: each may have settings of its own.
"""

from lab import closing
from lab.attempts import deliver_to
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive send a moved image in plaintext?",
    holds=("client certificate", "both AE titles", "the right to C-MOVE", "UIDs of an image"),
    lacks=("TLS at the destination",),
    severity=Severity.HIGH,
    standard=("PS3.15 B.12", "IHE ITI-19 3.19.5", "PS3.4 C.4.2.2.1"),
    fix="Demand TLS of every destination, too, not of the archive's own port alone.",
    closing=closing.MOVING,
)
def move_in_plaintext(scene: Scene) -> Answered:
    """Listen without TLS where the image is due."""
    return deliver_to(scene, None)
