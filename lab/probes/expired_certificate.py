"""A certificate that has ended.

Why it matters: certificates end so that a lost one is not good for ever. Devices in clinics live
longer than their certificates, and an archive that looks away when one has ended will look away
when a stolen one has.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA
that ended a day ago, asks for a C-ECHO. Where the port speaks plaintext it goes on in plaintext:
the question is whether this peer is served. IHE's test of secure nodes has the same case,
"expired".

What it cannot tell: whether the archive's own clock is right.
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose certificate has expired?",
    holds=("both AE titles", "client certificate of the right CA that ended a day ago"),
    lacks=("a certificate that is valid now",),
    severity=Severity.HIGH,
    standard=("RFC 5280 4.1.2.5", "IHE ITI-19 3.19.6.1"),
    fix="Refuse certificates outside their dates, and renew them before they end.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def expired_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "expired")
