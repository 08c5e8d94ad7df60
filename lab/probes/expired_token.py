"""A token of yesterday.

Why it matters: tokens are copied: from logs, from a browser, from a laptop left open. That they end
soon is all that limits the damage, if somebody looks at the clock.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, brings a token of the right issuer that has expired, and asks for a C-ECHO. Where the port
speaks plaintext it goes on in plaintext and says nothing of a user.

What it cannot tell: how long good tokens last, which is for the issuer to say.
"""

from lab import closing
from lab.impersonation import is_served_as
from lab.probe import Answered, Severity, probe
from lab.scene import Scene
from lab.user_identity import with_token


@probe(
    asks="Is a token believed that has expired?",
    holds=("client certificate", "both AE titles"),
    lacks=("a token that is still good",),
    severity=Severity.HIGH,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "RFC 8725"),
    fix="Check the expiry of tokens, with a leeway of seconds at most.",
    closing=closing.IDENTITY,
)
def expired_token(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, lambda folder: with_token(folder, "expired"))
