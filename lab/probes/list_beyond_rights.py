"""Every patient, listed by a device that only needs to store.

Why it matters: a device inside is not a device to be trusted with everything. A modality whose
maintenance access was broken into can read the whole archive where admission is the only
check. Least privilege turns one lost device into one lost device.

What it does: as an authorised peer that has no right to query (a modality), with every
credential of its own, asks for every study by universal matching.

What it cannot tell: which rights the clinic meant to give; it takes them from the lab's list.

How to close it:

- here: `permissions` grants `find` to those that need it.
- Orthanc: the long form of `DicomModalities` with `AllowEcho`, `AllowFind`, `AllowMove` and
  `AllowStore` for each device; an `AllowStore` of false does nothing while
  `DicomAlwaysAllowStore` is true.
- DCMTK: `dcmqrscp` knows `R`, `W` and `RW` for an AE of `AETable` and the peers of it, no right
  per service: split the archive into AEs, one for senders, one for readers.
- dcm4chee: separate AEs with their own `dcmAcceptedCallingAETitle` and transfer capabilities: one
  that stores, one that is asked, and access control ids (`dcmAccessControlID`) for what each may
  see.
"""

from lab.asking import need_peer
from lab.attempts import list_records
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does an authorised peer without the right to query get a list of the patients?",
    holds=("client certificate", "both AE titles"),
    lacks=("the right to C-FIND",),
    severity=Severity.HIGH,
    standard=("PS3.7 C.5.1 (0124H)", "PS3.4 C.4.1"),
    fix="Grant each device only the services it needs.",
)
def list_beyond_rights(scene: Scene) -> Answered:
    """Ask for everything as a device that may not."""
    target = scene.target(need_peer(scene, may_not="find"))
    return list_records(target, known_to_hold_some=scene.wanted is not None)
