"""TLS with nobody.

Why it matters: with an anonymous suite neither end shows a certificate. Whoever sits on the way
speaks with both, each encrypted, and passes the images on.

What it does: sends the archive's TLS port a first message (ClientHello) that offers anonymous
cipher suites (DH_anon, ECDH_anon) in TLS 1.2 and nothing else, and reads whether the archive goes
on with it. Nothing is negotiated to its end. Where the port speaks plaintext it goes on in
plaintext, which is weaker still: the question is whether an authorised peer is served so.

What it cannot tell: whether the archive would still ask for a certificate of ours later; with these
suites it cannot.
"""

from lab import closing
from lab.client_hello import ANONYMOUS_SUITES, TLS_1_2, Offer
from lab.evidence import Cause
from lab.offering import is_taken
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive take a cipher suite without certificates?",
    holds=("a way to the port",),
    lacks=("a sound cipher suite",),
    severity=Severity.CRITICAL,
    standard=("RFC 9325 4.1", "PS3.15 B.12", "IHE ITI-19 3.19.1"),
    fix="Allow only suites in which both ends show certificates.",
    closing=closing.TLS,
    issued=False,
    causes=(Cause.OFFER,),
)
def anonymous_suite(scene: Scene) -> Answered:
    """Offer nothing better."""
    return is_taken(scene, Offer(TLS_1_2, ANONYMOUS_SUITES))
