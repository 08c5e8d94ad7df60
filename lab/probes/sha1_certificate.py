"""A certificate signed over SHA-1.

Why it matters: two documents with the same SHA-1 can be made to order since 2017. A CA that still
signs over it can be made to sign one certificate and have signed another; an archive that takes
such signatures relies on nobody having tried.

What it does: with both right AE titles of an authorised peer and a certificate that the right CA
has signed over SHA-1, asks for a C-ECHO. Where the port speaks plaintext it goes on in plaintext:
the question is whether this peer is served.

What it cannot tell: whether the archive takes SHA-1 in the signatures of the handshake itself.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate is signed over SHA-1?",
    holds=("both AE titles", "client certificate of the right CA, signed over SHA-1"),
    lacks=("a signature over SHA-256",),
    severity=Severity.MEDIUM,
    standard=("RFC 9325 4.5", "PS3.15 B.12"),
    fix="Refuse signatures over SHA-1 and MD5 (OpenSSL: security level 2).",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def sha1_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "sha1")
