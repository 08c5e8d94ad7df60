"""A certificate with a damaged signature.

Why it matters: the signature is what makes a certificate more than a claim. A verifier that
compares names and dates, but not the signature, believes whatever is written there.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA in
whose signature one bit was turned over, asks for a C-ECHO. Where the port speaks plaintext it
goes on in plaintext: the question is whether this peer is served. IHE's test of secure nodes has
the same case, "corrupted".

What it cannot tell: how the archive takes certificates that are no well-formed DER at all.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate has a damaged signature?",
    holds=(
        "both AE titles",
        "client certificate of the right CA with one bit of its signature changed",
    ),
    lacks=("a signature of the CA that holds",),
    severity=Severity.HIGH,
    standard=("RFC 5280 6.1.3", "IHE ITI-19 3.19.6.1"),
    fix="Verify the whole chain, signatures included.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def corrupted_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "corrupted")
