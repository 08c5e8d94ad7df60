"""A certificate with a key that can be broken.

Why it matters: RSA of 1024 bits has been out of reach of nobody with a budget for years. Who
breaks the key of one old modality is that modality, without having touched it.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA for
an RSA key of 1024 bits, asks for a C-ECHO. Where the port speaks plaintext it goes on in
plaintext: the question is whether this peer is served.

What it cannot tell: whether keys between 1024 and 2048 bits are taken.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate has an RSA key of 1024 bits?",
    holds=("both AE titles", "client certificate of the right CA for a weak key"),
    lacks=("a key of 2048 bits",),
    severity=Severity.MEDIUM,
    standard=("RFC 9325 4.5", "PS3.15 B.12"),
    fix="Demand RSA keys of 2048 bits or EC keys of 256, and replace the devices' old ones.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def weak_rsa_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "weak_rsa")
