"""Images, delivered to whoever answers.

Why it matters: when the archive delivers images it is the client, and all that certificates promise
depends on its own look at the receiver's. One who takes over the workstation's address, by a cable,
a lease or a name server, gets the study that somebody asked for.

What it does: as an authorised peer that may move, asks that an image be sent to the destination
that the archive has on its table, and answers there with a self-made certificate. Yes if the image
is delivered. Where the archive calls in plaintext it is taken in plaintext: the question is whether
the impostor gets it.

What it cannot tell: whether the name in the receiver's certificate is looked at (the lab's archive
does; its own tests prove it).
"""

from lab import closing
from lab.attempts import deliver_to, tls_of
from lab.probe import Answered, NotTestedError, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive send a moved image to a receiver with a self-made certificate?",
    holds=("client certificate", "both AE titles", "the right to C-MOVE", "UIDs of an image"),
    lacks=("the destination's certificate",),
    severity=Severity.HIGH,
    standard=("PS3.15 B.12", "IHE ITI-19 3.19.6.1", "RFC 9525"),
    fix="Have the archive verify the certificate, and the name, of whomever it calls.",
    closing=closing.MOVING,
)
def move_to_impostor(scene: Scene) -> Answered:
    """Answer in the destination's place."""
    if scene.stranger.certificate is None:
        raise NotTestedError("no self-made certificate is at hand")
    return deliver_to(scene, tls_of(scene.stranger))
