"""TLS that hides nothing.

Why it matters: there are cipher suites that sign and do not encrypt. They look like TLS in every
list of ports, and whoever records the wire reads the patients' names. Old sample configurations of
DICOM servers list one first, because it is quick.

What it does: sends the archive's TLS port a first message (ClientHello) that offers cipher suites
without encryption in TLS 1.2 and nothing else, and reads whether the archive goes on with it.
Nothing is negotiated to its end. Where the port speaks plaintext it goes on in plaintext, which is
weaker still: the question is whether an authorised peer is served so.

What it cannot tell: whether the integrity-only suites of TLS 1.3 (RFC 9150) are taken.
"""

from lab import closing
from lab.client_hello import NULL_SUITES, TLS_1_2, Offer
from lab.evidence import Cause
from lab.offering import is_taken
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive take a cipher suite that does not encrypt?",
    holds=("a way to the port",),
    lacks=("a sound cipher suite",),
    severity=Severity.CRITICAL,
    standard=("RFC 9325 4.1", "PS3.15 B.12"),
    fix="Allow only suites with authenticated encryption and forward secrecy.",
    closing=closing.TLS,
    issued=False,
    causes=(Cause.OFFER,),
)
def null_cipher(scene: Scene) -> Answered:
    """Offer nothing better."""
    return is_taken(scene, Offer(TLS_1_2, NULL_SUITES))
