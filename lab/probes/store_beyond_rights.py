"""An image, stored by a device that only needs to read.

Why it matters: a workstation shows images and has no reason to add any. Where every admitted
device may store, malware on one desk can forge findings.

What it does: as an authorised peer that has no right to store (a workstation), with every
credential of its own, stores a marked instance, which is never counted and is removed
afterwards.

What it cannot tell: whether the archive would take structured reports or other classes that a
workstation may have to store.

How to close it:

- here: `permissions` grants `store` to those that need it.
- Orthanc: the long form of `DicomModalities` with `AllowEcho`, `AllowFind`, `AllowMove` and
  `AllowStore` for each device; an `AllowStore` of false does nothing while
  `DicomAlwaysAllowStore` is true.
- DCMTK: `dcmqrscp` knows `R`, `W` and `RW` for an AE of `AETable` and the peers of it, no right
  per service: split the archive into AEs, one for senders, one for readers.
- dcm4chee: separate AEs with their own `dcmAcceptedCallingAETitle` and transfer capabilities: one
  that stores, one that is asked, and access control ids (`dcmAccessControlID`) for what each may
  see.
"""

from lab.asking import may_write, need_peer
from lab.attempts import store
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the archive store an image for an authorised peer without the right to store?",
    holds=("client certificate", "both AE titles"),
    lacks=("the right to C-STORE",),
    severity=Severity.HIGH,
    standard=("PS3.7 C.5.1 (0124H)", "PS3.4 B.2.3"),
    fix="Grant each device only the services it needs.",
    writes=True,
)
def store_beyond_rights(scene: Scene) -> Answered:
    """Store a marked instance as a device that may not."""
    may_write(scene)
    target = scene.target(need_peer(scene, may_not="store"))
    return store(target, scene.marked.new())
