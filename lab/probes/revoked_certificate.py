"""A certificate that was taken back.

Why it matters: a stolen laptop, a sold scanner, a dismissed service firm: their certificates are
flawless until they end. A revocation list is the only way to say no earlier, and most archives
never read one.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA
that stands on its revocation list, asks for a C-ECHO. Where the port speaks plaintext it goes on
in plaintext: the question is whether this peer is served. IHE's test of secure nodes has the same
case, "revoked".

What it cannot tell: how soon the archive learns of a new list (``resumed_after_revocation`` asks
about connections of earlier), and, elsewhere than in the lab, whether the archive was ever given
the list.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate is revoked?",
    holds=("both AE titles", "client certificate of the right CA that is revoked"),
    lacks=("a certificate that is not on the revocation list",),
    severity=Severity.HIGH,
    standard=("RFC 5280 5", "IHE ITI-19 3.19.6.1"),
    fix="Give the archive the revocation lists of its CA, and have it refuse without them.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def revoked_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "revoked")
