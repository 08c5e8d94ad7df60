"""A token that says it needs no signature.

Why it matters: the format of tokens lets the token say how it is signed, and "none" is one of the
ways. Libraries have believed that, and so have the products that used them.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, brings a token with the algorithm "none" that says what the good one says, and asks for a
C-ECHO. Where the port speaks plaintext it goes on in plaintext and says nothing of a user.

What it cannot tell: whether other spellings of "none" are believed.
"""

from lab import closing
from lab.impersonation import is_served_as, unsigned
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a token believed that says it has no signature?",
    holds=("client certificate", "both AE titles"),
    lacks=("a signature",),
    severity=Severity.CRITICAL,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "RFC 8725"),
    fix="Pin the algorithm of tokens in the configuration.",
    closing=closing.IDENTITY,
)
def unsigned_token(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, unsigned)
