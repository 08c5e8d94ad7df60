"""A first message of four gigabytes.

Why it matters: the first message of an association says how long it is before anybody has said who
they are. An archive that believes the figure and reads on gives each stranger as much memory as
they ask for.

What it does: sends the beginning of an A-ASSOCIATE-RQ that announces four gigabytes, without
anything that was issued to a device, and at most four megabytes of it. Yes if the archive takes all
of these and waits for more.

What it cannot tell: how much the archive would take in the end; we stop at four megabytes.
"""

from lab import closing
from lab.asking import refusal, showed
from lab.probe import Answered, Severity, no, probe, yes
from lab.scene import Scene
from lab.wire import Record

HEADER = bytes.fromhex("0100 fffffff0")
"""An A-ASSOCIATE-RQ of nearly 4 GiB (PS3.8 9.3.2)."""
PIECE, MOST_SENT = 64 * 1024, 4 * 1024 * 1024
PATIENCE = 1.0
"""Seconds that the archive has to hang up after the last byte."""


@probe(
    asks="Does the archive take in a first message of any length?",
    holds=("a way to the port", "self-made certificate"),
    lacks=("every credential",),
    severity=Severity.HIGH,
    standard=("PS3.8 9.3.1", "PS3.8 9.3.8"),
    fix="Take a version that bounds what it reads before it knows who calls.",
    closing=closing.BUILT_IN,
    malforms=True,
    exhausts=True,
    built_in=True,
    issued=False,
)
def giant_associate_rq(scene: Scene) -> Answered:
    """Announce four gigabytes, and begin."""
    record, sent = Record(), 0
    try:
        sock = scene.as_stranger().connect(record)
    except OSError:
        return refusal(record)
    with sock:
        try:
            sock.sendall(HEADER)
            while sent < MOST_SENT:
                sock.sendall(bytes(PIECE))
                sent += PIECE
            sock.settimeout(PATIENCE)
            sock.recv(4096)  # an A-ABORT or the end: whatever it is, the archive reads no more
            ended = True
        except TimeoutError:
            ended = False
        except OSError:
            ended = True
    told = showed(f"{sent} bytes were {'sent before the end' if ended else 'taken, more awaited'}")
    return (no if ended else yes)([*record.evidence, told])
