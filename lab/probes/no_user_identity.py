"""Nobody in particular.

Why it matters: products say that they support user identity, and mean that they accept one; a peer
that brings none is let in as before. An incident that ends at "the workstation" ends nowhere.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, asks for a C-ECHO without a word about a user. Where the port speaks plaintext it goes on in
plaintext: the question is whether this peer is served.

What it cannot tell: whether what a user may do differs from what the device may do.
"""

from lab import closing
from lab.impersonation import is_served_as
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served that names no user where one is demanded?",
    holds=("client certificate", "both AE titles"),
    lacks=("a user identity",),
    severity=Severity.MEDIUM,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "PS3.15 B.5"),
    fix="Demand a user identity of every peer that can give one.",
    closing=closing.IDENTITY,
)
def no_user_identity(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(scene, lambda _folder: None)
