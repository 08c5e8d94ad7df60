"""A certificate that vouches for itself.

Why it matters: whoever can run one command has a self-signed certificate in any name. Devices are
often delivered with one, and the quickest way to make them work is an archive that takes each
certificate as it comes: encryption with anybody.

What it does: with both right AE titles of an authorised peer, and that peer's name in a
certificate signed with its own key, asks for a C-ECHO. Where the port speaks plaintext it goes on
in plaintext: the question is whether this peer is served. IHE's test of secure nodes has the same
case, "self-signed".

What it cannot tell: whether the archive would take a self-signed certificate that was entered by
hand (direct comparison, ITI-19 3.19.6.1.2), which is sound.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate is signed with its own key?",
    holds=("both AE titles", "self-signed certificate in the name of an authorised peer"),
    lacks=("a certificate of a known CA",),
    severity=Severity.HIGH,
    standard=("IHE ITI-19 3.19.6.1", "RFC 5280 6"),
    fix="Verify client certificates against the clinic's own CA, or compare them with a list.",
    closing=closing.CERTIFICATES,
    issued=False,
    causes=(Cause.CERTIFICATE,),
)
def self_signed_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "self_signed", or_else=scene.stranger)
