"""Images under names that are no UIDs.

Why it matters: a UID is a name that archives turn into keys, paths and links. What is not built
as PS3.5 9.1 demands collides (2.25.01 and 2.25.1 are the same number to some), breaks the next
system that receives it, and in products past has led out of the folder it was stored in.

What it does: as an authorised peer that may store, stores marked instances whose SOP Instance
UID has a leading zero, a letter, or an empty component: wrong, but harmless.

What it cannot tell: how the archive takes names that could do harm (empty, too long, with path
parts or control characters); both archives of the lab refuse those always, and their own tests
prove it.

How to close it:

- here: built in, and `instance_checks` for the rest of PS3.5 9.1.
- Orthanc: stay on a maintained version: file names are its own, UIDs never are paths.
- DCMTK: later than 3.7.0 (up to it CVE-2026-50003, before 3.6.7 CVE-2022-2119 and CVE-2022-2120 let
  a UID become a path), `storescp` with a folder of its own.
- dcm4chee: stay on a maintained version, and keep the storage path format free of attributes that
  senders choose.
"""

from lab.asking import may_write, need_peer
from lab.contradictions import store_each
from lab.marked import Marked, new_uid
from lab.probe import Answered, Severity, probe
from lab.scene import Scene

LENGTH = 40
"""Characters of the UIDs below: the malformed one takes the place of a good one of its length."""


@probe(
    asks="Is an image stored under a SOP Instance UID that is none?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("a UID that obeys PS3.5 9.1",),
    severity=Severity.MEDIUM,
    standard=("PS3.5 9.1", "PS3.7 C.5 (0117H)"),
    fix="Refuse instances whose UIDs do not obey PS3.5 9.1.",
    malforms=True,
    writes=True,
)
def malformed_uid(scene: Scene) -> Answered:
    """Store under three malformed names."""
    may_write(scene)
    target = scene.target(need_peer(scene, may="store"))
    malformed = {
        "a component with a leading zero": _named(scene.marked, "2.25.0"),
        "a letter": _named(scene.marked, "2.25.x"),
        "an empty component": _named(scene.marked, "2.25..1"),
    }
    return store_each(target, malformed)


def _named(marked: Marked, beginning: str) -> bytes:
    """A marked instance under a name of this beginning; the bytes are exchanged after encoding.

    pydicom would not write such a UID without a complaint.
    """
    instance = marked.new()
    good = instance.sop_instance_uid.ljust(LENGTH, "1")[:LENGTH]
    bad = beginning + new_uid()[len(beginning) + 5 :]
    bad = bad.ljust(LENGTH, "1")[:LENGTH]
    instance.ds.SOPInstanceUID = good
    marked.note(bad)
    return type(instance)(
        good,
        instance.study_instance_uid,
        instance.series_instance_uid,
        instance.patient_id,
        instance.ds,
    ).part_10.replace(good.encode(), bad.encode())
