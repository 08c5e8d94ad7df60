"""Ciphers that can be broken.

Why it matters: DES falls to one day's work, export ciphers to minutes; RC4 leaks what is sent
often, and 3DES what is sent after some gigabytes, which a few CT studies have.

What it does: sends the archive's TLS port a first message (ClientHello) that offers RC4, DES, 3DES
and export suites in TLS 1.2 and nothing else, and reads whether the archive goes on with it.
Nothing is negotiated to its end. Where the port speaks plaintext it goes on in plaintext, which is
weaker still: the question is whether an authorised peer is served so.

What it cannot tell: whether the archive prefers better ones where both are offered; that it takes
them is enough for who can choose for the peer.
"""

from lab import closing
from lab.client_hello import TLS_1_2, WEAK_SUITES, Offer
from lab.evidence import Cause
from lab.offering import is_taken
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive take RC4, DES, 3DES or an export cipher?",
    holds=("a way to the port",),
    lacks=("a sound cipher suite",),
    severity=Severity.HIGH,
    standard=("RFC 9325 4.1", "RFC 7465", "PS3.15 B.12"),
    fix="Allow only suites with authenticated encryption and forward secrecy.",
    closing=closing.TLS,
    issued=False,
    causes=(Cause.OFFER,),
)
def weak_cipher(scene: Scene) -> Answered:
    """Offer nothing better."""
    return is_taken(scene, Offer(TLS_1_2, WEAK_SUITES))
