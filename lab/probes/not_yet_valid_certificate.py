"""A certificate whose time has not come.

Why it matters: a date in the future is either a mistake of the CA or a clock that somebody has
set back. An archive that does not read the beginning of a certificate hardly reads its end.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA
that begins tomorrow or later, asks for a C-ECHO. Where the port speaks plaintext it goes on in
plaintext: the question is whether this peer is served.

What it cannot tell: whether the archive's own clock is right.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate is not yet valid?",
    holds=("both AE titles", "client certificate of the right CA that begins later"),
    lacks=("a certificate that is valid now",),
    severity=Severity.MEDIUM,
    standard=("RFC 5280 4.1.2.5", "IHE ITI-19 3.19.6.1"),
    fix="Refuse certificates outside their dates.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def not_yet_valid_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "not_yet_valid")
