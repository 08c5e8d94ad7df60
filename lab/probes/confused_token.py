"""A public key, taken for a secret.

Why it matters: where the token chooses the algorithm, it may choose one with a shared secret, and a
careless verifier then takes the issuer's public key, which everybody has, for that secret.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, brings a token that says what the good one says, sealed by HS256 with the text of the
issuer's public key, and asks for a C-ECHO. Where the port speaks plaintext it goes on in plaintext
and says nothing of a user.

What it cannot tell: whether another form of the key (DER, without line ends) is believed.
"""

from lab import closing
from lab.impersonation import confused, is_served_as
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a token believed that takes the issuer's public key for a shared secret?",
    holds=("client certificate", "both AE titles"),
    lacks=("the issuer's private key",),
    severity=Severity.CRITICAL,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "RFC 8725"),
    fix="Pin the algorithm of tokens in the configuration.",
    closing=closing.IDENTITY,
)
def confused_token(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, confused)
