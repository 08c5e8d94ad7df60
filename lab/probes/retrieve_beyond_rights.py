"""Images, retrieved by a device that only needs to store.

Why it matters: a modality sends images and has no reason to fetch any. Where every admitted
device may fetch, one that is broken into opens the whole archive.

What it does: as an authorised peer that has no right to retrieve (a modality), with every
credential of its own and the UIDs of one image, asks for it by C-GET.

What it cannot tell: whether the peer could retrieve its own images only; it asks for one that
another may have stored.

How to close it:

- here: `permissions` grants `get` to those that need it.
- Orthanc: the long form of `DicomModalities` with `AllowEcho`, `AllowFind`, `AllowMove` and
  `AllowStore` for each device; an `AllowStore` of false does nothing while
  `DicomAlwaysAllowStore` is true.
- DCMTK: `dcmqrscp` knows `R`, `W` and `RW` for an AE of `AETable` and the peers of it, no right
  per service: split the archive into AEs, one for senders, one for readers.
- dcm4chee: separate AEs with their own `dcmAcceptedCallingAETitle` and transfer capabilities: one
  that stores, one that is asked, and access control ids (`dcmAccessControlID`) for what each may
  see.
"""

from lab.asking import need_peer, need_wanted
from lab.attempts import retrieve
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is an image delivered to an authorised peer without the right to retrieve?",
    holds=("client certificate", "both AE titles", "UIDs of an image"),
    lacks=("the right to C-GET",),
    severity=Severity.HIGH,
    standard=("PS3.7 C.5.1 (0124H)", "PS3.4 C.4.3"),
    fix="Grant each device only the services it needs.",
)
def retrieve_beyond_rights(scene: Scene) -> Answered:
    """Ask for one image as a device that may not."""
    target = scene.target(need_peer(scene, may_not="get"))
    return retrieve(target, need_wanted(scene))[0]
