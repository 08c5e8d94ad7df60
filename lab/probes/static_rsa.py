"""TLS that can be read afterwards.

Why it matters: with a static RSA key exchange, one theft of the archive's key opens everything that
was ever recorded, and an archive's key lives for years. Images are worth reading for decades.

What it does: sends the archive's TLS port a first message (ClientHello) that offers cipher suites
with static RSA key exchange in TLS 1.2 and nothing else, and reads whether the archive goes on with
it. Nothing is negotiated to its end. Where the port speaks plaintext it goes on in plaintext, which
is weaker still: the question is whether an authorised peer is served so.

What it cannot tell: an archive whose only certificate is an EC one cannot take them, whatever it is
configured to; a no then says nothing about its list.
"""

from lab import closing
from lab.client_hello import STATIC_RSA_SUITES, TLS_1_2, Offer
from lab.evidence import Cause
from lab.offering import is_taken
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive take a cipher suite without forward secrecy?",
    holds=("a way to the port",),
    lacks=("a sound cipher suite",),
    severity=Severity.MEDIUM,
    standard=("RFC 9325 4.1", "PS3.15 B.12"),
    fix="Allow ECDHE suites only.",
    closing=closing.TLS,
    issued=False,
    causes=(Cause.OFFER,),
)
def static_rsa(scene: Scene) -> Answered:
    """Offer nothing better."""
    return is_taken(scene, Offer(TLS_1_2, STATIC_RSA_SUITES))
