"""A certificate that another device has signed.

Why it matters: each device's key can sign. What keeps a modality from being a CA is one word in
its certificate (CA:FALSE), and a verifier that reads it. Browsers forgot to once; whoever owned
any certificate then could make all others.

What it does: with both right AE titles of an authorised peer and a certificate that another device
of the right CA signed, asks for a C-ECHO. Where the port speaks plaintext it goes on in plaintext:
the question is whether this peer is served.

What it cannot tell: whether limits on the length of chains are kept.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate was signed by a device rather than by a CA?",
    holds=("both AE titles", "client certificate signed with another device's key"),
    lacks=("a certificate that a CA has signed",),
    severity=Severity.CRITICAL,
    standard=("RFC 5280 4.2.1.9", "RFC 5280 6.1.4"),
    fix="Use a TLS library that checks basic constraints; all that are alive do.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def intermediate_without_ca_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "intermediate_without_ca")
