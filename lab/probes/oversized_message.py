"""An image without an end.

Why it matters: the upper layer lets a peer send four gigabytes in one image and the next one after
it. Where nobody set a limit, one broken device or one login fills the disk, and a full archive
takes no more emergencies.

What it does: as an authorised peer that may store, sends one marked image, padded to a little more
than the tight limit. Yes if it is stored.

What it cannot tell: how the archive takes a data set that never ends; the lab's own aborts the
association at twice the limit.
"""

from pydicom.dataelem import DataElement

from lab import closing
from lab.asking import may_write, need_peer
from lab.attempts import store
from lab.probe import Answered, NotTestedError, Severity, probe
from lab.scene import Scene

MOST_SENT = 64 * 1024 * 1024
"""Bytes that we are ready to send for the question."""
DATA_SET_TRAILING_PADDING = 0xFFFCFFFC


@probe(
    asks="Is an image stored that is larger than the tight limit?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("a size that the clinic's devices have",),
    severity=Severity.MEDIUM,
    standard=("PS3.4 B.2.3 (A700H)", "PS3.8 D.1"),
    fix="Refuse instances larger than the largest that your devices make.",
    closing=closing.LIMITS,
    writes=True,
    exhausts=True,
)
def oversized_message(scene: Scene) -> Answered:
    """Store an image with a long tail."""
    may_write(scene)
    if scene.largest_message > MOST_SENT:
        raise NotTestedError(f"the limit of {scene.largest_message} bytes is beyond what we send")
    instance = scene.marked.new()
    tail = bytes(scene.largest_message)
    instance.ds.add(DataElement(DATA_SET_TRAILING_PADDING, "OB", tail))
    return store(scene.target(need_peer(scene, may="store")), instance)
