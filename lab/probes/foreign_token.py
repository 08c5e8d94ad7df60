"""A token for somebody else.

Why it matters: one issuer serves many: the mail, the wiki, the archive. A token that was given to
the wiki's server lies on the wiki's server; an archive that does not ask for whom a token was made
lets in who runs that one.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, brings a token of the right issuer that was made for another audience, and asks for a
C-ECHO. Where the port speaks plaintext it goes on in plaintext and says nothing of a user.

What it cannot tell: whether tokens of another issuer with the same key are believed.
"""

from lab import closing
from lab.impersonation import is_served_as
from lab.probe import Answered, Severity, probe
from lab.scene import Scene
from lab.user_identity import with_token


@probe(
    asks="Is a token believed that was made for another archive?",
    holds=("client certificate", "both AE titles"),
    lacks=("a token for this archive",),
    severity=Severity.HIGH,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "RFC 8725"),
    fix="Check the audience and the issuer of tokens.",
    closing=closing.IDENTITY,
)
def foreign_token(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, lambda folder: with_token(folder, "other_audience"))
