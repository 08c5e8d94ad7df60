"""Other people's images, fetched by their UIDs.

Why it matters: hiding a study from queries is worth nothing where its UID fetches it: UIDs stand in
reports, letters and links, and an access check that sits in the query alone is the oldest mistake
of all.

What it does: stores a marked MR image as a peer that may store; then, as a reader that is entitled
to CT only, with every credential of its own, retrieves it by its UIDs with C-GET. Yes if it is
delivered.

What it cannot tell: whether a retrieve at another level (the whole study, the patient) would
deliver it.
"""

from lab import closing
from lab.asking import wanted_of
from lab.attempts import hide, retrieve
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does a peer get, by its UIDs, an image that is not its to see?",
    holds=("client certificate", "both AE titles", "the right to C-GET", "UIDs of an image"),
    lacks=("an entitlement to this image",),
    severity=Severity.HIGH,
    standard=("PS3.4 C.4.3", "PS3.7 C.5.1 (0124H)"),
    fix="Hold retrievals to the same scope as queries.",
    closing=closing.SCOPE,
    writes=True,
)
def get_beyond_scope(scene: Scene) -> Answered:
    """Fetch the hidden image."""
    reader, hidden = hide(scene)
    answered, _ = retrieve(scene.target(reader), wanted_of(hidden))
    return answered
