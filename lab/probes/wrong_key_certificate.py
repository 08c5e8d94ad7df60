"""Somebody else's certificate, without its key.

Why it matters: certificates are public; each handshake shows them. What proves a peer is that it
can sign with the key that belongs to the certificate. A server that does not check that lets
anybody in with a copy.

What it does: with both right AE titles of an authorised peer and a flawless certificate of the
right CA, but with another key, asks for a C-ECHO: the handshake's signature (CertificateVerify)
cannot hold. Where the port speaks plaintext it goes on in plaintext: the question is whether this
peer is served. IHE's test of secure nodes has the same case, "wrong key".

What it cannot tell: whether a key was stolen; then its certificate must be revoked.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served that shows a certificate whose key it does not have?",
    holds=("both AE titles", "client certificate of the right CA"),
    lacks=("the key that belongs to the certificate",),
    severity=Severity.CRITICAL,
    standard=("RFC 8446 4.4.3", "RFC 5246 7.4.8", "IHE ITI-19 3.19.6.1"),
    fix="Use a TLS library that is alive; none that is takes this.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def wrong_key_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "wrong_key")
