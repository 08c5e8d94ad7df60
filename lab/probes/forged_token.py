"""A token that anybody can write.

Why it matters: a JSON Web Token is a text with a signature. An archive that reads the text and does
not verify the signature, or verifies it with a key that the token brings along, believes whatever
is written.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, brings a token that says what the good one says but is signed with a key of our own, and
asks for a C-ECHO. Where the port speaks plaintext it goes on in plaintext and says nothing of a
user.

What it cannot tell: how well the issuer keeps its key.
"""

from lab import closing
from lab.impersonation import forged, is_served_as
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a token believed that its issuer has not signed?",
    holds=("client certificate", "both AE titles"),
    lacks=("a token of the issuer",),
    severity=Severity.CRITICAL,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "RFC 8725"),
    fix="Verify tokens with the issuer's key, and take that key from the configuration only.",
    closing=closing.IDENTITY,
)
def forged_token(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, forged)
