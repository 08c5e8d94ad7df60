"""SSL 3.0: broken for good.

Why it matters: SSL 3.0 has been broken since 2014 (POODLE): who sits on the way reads what is said.
It is found in scanners that were bought before, and stays switched on "for them".

What it does: sends the archive's TLS port a first message (ClientHello) that offers SSL 3.0 and
nothing else, and reads whether the archive goes on with it. Nothing is negotiated to its end. Where
the port speaks plaintext it goes on in plaintext, which is weaker still: the question is whether an
authorised peer is served so.

What it cannot tell: whether a proxy before another door of the same archive takes it.
"""

from lab import closing
from lab.client_hello import OLD_SUITES, SSL_3_0, Offer
from lab.evidence import Cause
from lab.offering import is_taken
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive take SSL 3.0?",
    holds=("a way to the port",),
    lacks=("a sound version of TLS",),
    severity=Severity.HIGH,
    standard=("RFC 9325 3.1.1", "RFC 7568", "PS3.15 B.12"),
    fix="Allow TLS 1.2 and 1.3 only.",
    closing=closing.TLS,
    issued=False,
    causes=(Cause.OFFER,),
)
def ssl_3_0(scene: Scene) -> Answered:
    """Offer nothing better."""
    return is_taken(scene, Offer(SSL_3_0, OLD_SUITES))
