"""TLS 1.1: retired.

Why it matters: TLS 1.1 mended one attack on TLS 1.0 and kept its SHA-1. RFC 8996 forbids both, and
so does DICOM since profile B.12.

What it does: sends the archive's TLS port a first message (ClientHello) that offers TLS 1.1 and
nothing else, and reads whether the archive goes on with it. Nothing is negotiated to its end. Where
the port speaks plaintext it goes on in plaintext, which is weaker still: the question is whether an
authorised peer is served so.

What it cannot tell: whether a peer that offers TLS 1.2 as well could be talked down.
"""

from lab import closing
from lab.client_hello import OLD_SUITES, TLS_1_1, Offer
from lab.evidence import Cause
from lab.offering import is_taken
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive take TLS 1.1?",
    holds=("a way to the port",),
    lacks=("a sound version of TLS",),
    severity=Severity.MEDIUM,
    standard=("RFC 8996", "RFC 9325 3.1.1", "PS3.15 B.12"),
    fix="Allow TLS 1.2 and 1.3 only.",
    closing=closing.TLS,
    issued=False,
    causes=(Cause.OFFER,),
)
def tls_1_1(scene: Scene) -> Answered:
    """Offer nothing better."""
    return is_taken(scene, Offer(TLS_1_1, OLD_SUITES))
