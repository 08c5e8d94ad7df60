"""A name, and nothing else.

Why it matters: the Standard has a type of user identity that is a mere name, meant for archives
that trust the device. Where the device is a shared workstation, everybody is whoever they type.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, gives a user's name without passcode or token (type 1) and asks for a C-ECHO. Where the port
speaks plaintext it goes on in plaintext and says no name.

What it cannot tell: whether the archive would take another user's name more readily than this one.
"""

from lab import closing
from lab.impersonation import is_served_as, mere_name
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a user believed who only gives a name?",
    holds=("client certificate", "both AE titles"),
    lacks=("a passcode or a token",),
    severity=Severity.MEDIUM,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "PS3.15 B.5"),
    fix="Believe passcodes and tokens only; a type 1 identity proves nothing.",
    closing=closing.IDENTITY,
)
def username_without_proof(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, mere_name)
