"""Any passcode will do.

Why it matters: PS3.15 B.4 lets an archive ask for a passcode and not look at it, so that conformity
to the profile proves nothing. Such an archive writes names into its trail that nobody proved.

What it does: as an authorised peer of which a user is demanded, with its certificate and both AE
titles, gives the user's name with a passcode made up at random and asks for a C-ECHO. Where the
port speaks plaintext it goes on in plaintext and sends no passcode.

What it cannot tell: whether the right passcode could be guessed; ``guess_ae_titles_fast`` asks
whether guessing is slowed down.
"""

import secrets

from lab import closing
from lab.impersonation import is_served_as
from lab.probe import Answered, Severity, probe
from lab.scene import Scene
from lab.user_identity import with_passcode


@probe(
    asks="Is a user believed who gives a wrong passcode?",
    holds=("client certificate", "both AE titles"),
    lacks=("the passcode",),
    severity=Severity.HIGH,
    standard=("PS3.7 D.3.3.7.3 (1,2,1)", "PS3.15 B.5"),
    fix="Verify passcodes (PS3.15 B.5), and keep slow hashes of them only.",
    closing=closing.IDENTITY,
)
def wrong_passcode(scene: Scene) -> Answered:
    """Claim to be a user, so."""
    return is_served_as(
        scene, lambda folder: with_passcode(folder, passcode=secrets.token_urlsafe(12))
    )
