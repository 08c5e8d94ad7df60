"""A title that writes a line of its own.

Why it matters: AE titles go into logs, mails and web pages. One with a line feed or an escape
sequence writes a line that looks like another, and a log that can be written by strangers proves
nothing.

What it does: asks for an association whose calling AE title has a line feed in it, as PS3.5 6.2
forbids, without anything that was issued to a device but the called AE title. Yes if it is
accepted.

What it cannot tell: what stands in the log after a refusal; the lab's archives escape whatever
comes from a peer, and their own tests prove it.
"""

from lab import closing
from lab.asking import refusal, showed
from lab.probe import Answered, Severity, no, probe, yes
from lab.raw_messages import associate_rq
from lab.scene import Scene
from lab.sop_classes import VERIFICATION
from lab.wire import Reached, Record, noting

ACCEPTED = b"\x02"
"""Type of an A-ASSOCIATE-AC (PS3.8 9.3.3)."""


@probe(
    asks="Is an association accepted whose calling AE title has a line feed?",
    holds=("called AE title", "self-made certificate"),
    lacks=("client certificate of a known CA", "a calling AE title that is one"),
    severity=Severity.MEDIUM,
    standard=("PS3.5 6.2 (AE)", "PS3.8 9.3.2"),
    fix="Take a version that refuses titles that are none, and escape what peers send.",
    closing=closing.BUILT_IN,
    malforms=True,
    built_in=True,
    issued=False,
)
def line_feed_in_title(scene: Scene) -> Answered:
    """Ask under a title of two lines."""
    record = Record()
    sent = associate_rq(scene.ae_title.encode(), b"A\nB", VERIFICATION)
    try:
        with scene.as_stranger().connect(record) as sock, noting(record, "on our request"):
            sock.sendall(sent)
            first = sock.recv(1)
    except OSError:
        return refusal(record)
    if first == ACCEPTED:
        return yes([*record.evidence, showed("the association was accepted")])
    if first:
        record.rise(Reached.DICOM)
    said = f"the answer begins with {first.hex()}H" if first else "the archive hung up"
    return no([*record.evidence, showed(said)])
