"""Images that are not what they say they are.

Why it matters: an archive files an image by a handful of identifiers. Where the command says
one thing and the data set another, or a study suddenly belongs to a second patient, an image
ends up under the wrong name: for a clinic that is worse than losing it.

What it does: as an authorised peer that may store, stores a marked instance, and then two that
contradict: one whose data set has another SOP Instance UID than the command, and one that puts
a second patient into the study just archived.

What it cannot tell: whether the rest of the data set is consistent, or the pixels belong to
the patient.

How to close it:

- here: `instance_checks`.
- Orthanc: a Lua or Python filter of received instances (`ReceivedInstanceFilter`) that compares
  the identifiers.
- DCMTK: `storescp` checks that data set and command agree, but not with `--bit-preserving`: never
  use that with sources you do not trust. Nobody compares the patients.
- dcm4chee: its rules for storing differ by version: read those of yours, and test them with an
  instance made for it.
"""

import copy

from lab.asking import may_write, need_peer
from lab.contradictions import store_each
from lab.marked import PATIENT_ID_PREFIX, Marked, MarkedInstance, new_uid, write
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is an image stored that contradicts its command or its study?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("agreement between the identifiers",),
    severity=Severity.HIGH,
    standard=("PS3.4 B.2.3 (A9xxH, CxxxH)", "PS3.7 C.5"),
    fix="Compare the identifiers of each arriving instance with its command and its study.",
    malforms=True,
    writes=True,
)
def inconsistent_instance(scene: Scene) -> Answered:
    """Store one good instance and two that contradict."""
    may_write(scene)
    target = scene.target(need_peer(scene, may="store"))
    good = scene.marked.new()
    contradictions = {
        "another SOP Instance UID in the data set": _other_uid(scene.marked),
        "a second patient in one study": _second_patient(scene.marked, good),
    }
    return store_each(target, contradictions, after=good.part_10)


def _other_uid(marked: Marked) -> bytes:
    """The command will name another instance than the data set does."""
    uid = new_uid()
    marked.note(uid)
    return write(marked.new().ds, uid)


def _second_patient(marked: Marked, good: MarkedInstance) -> bytes:
    """Another instance of the same study under another Patient ID."""
    ds = copy.deepcopy(good.ds)
    ds.SOPInstanceUID, ds.PatientID = new_uid(), PATIENT_ID_PREFIX + "SECOND"
    marked.note(ds.SOPInstanceUID)
    return write(ds, ds.SOPInstanceUID)
