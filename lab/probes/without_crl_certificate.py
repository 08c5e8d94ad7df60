"""A certificate about which no revocation list speaks.

Why it matters: a revocation list that is missing or out of date says nothing, and a lost device
counts on that: delete the list, or block the way to it, and each revoked certificate is good
again. Silence about revocations is no proof.

What it does: with both right AE titles of an authorised peer and a certificate of an intermediate
of the right CA for which the archive has no revocation list, asks for a C-ECHO. Where the port
speaks plaintext it goes on in plaintext: the question is whether this peer is served.

What it cannot tell: how the archive takes a list that has grown out of date while it runs; this
lab's own tests do (it refuses everybody, and says so at start).
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served of whose CA the archive has no revocation list?",
    holds=("both AE titles", "client certificate of a CA below the right root"),
    lacks=("a revocation list that speaks of its CA",),
    severity=Severity.MEDIUM,
    standard=("RFC 5280 6.3", "IHE ITI-19 3.19.6.1"),
    fix="Refuse where revocation cannot be looked up (hard fail).",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def without_crl_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "without_crl")
