"""A certificate for the other end of a connection.

Why it matters: a certificate may say what it is for. The certificate of a web server of the same
CA says "server"; its key often lies on a machine that faces the world. If it also opens the
archive, each server of the clinic is a key to the images.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA
whose extended key usage names servers only, asks for a C-ECHO. Where the port speaks plaintext it
goes on in plaintext: the question is whether this peer is served.

What it cannot tell: whether certificates that state no usage at all are taken; ITI-19 wants that.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate is for servers only?",
    holds=("both AE titles", "client certificate of the right CA for servers"),
    lacks=("a certificate whose extended key usage allows clients",),
    severity=Severity.MEDIUM,
    standard=("RFC 5280 4.2.1.12", "RFC 8446 4.4.2.4"),
    fix="Have the archive check the extended key usage of whoever calls.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def wrong_key_usage_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "wrong_key_usage")
