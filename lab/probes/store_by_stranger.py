"""An image, put into the archive by a stranger.

Why it matters: who can store can forge: an image with a tumour drawn in or taken out, filed
under a patient's name, is what physicians will look at. Archives that hide their images often
take new ones from anybody; default Orthanc does. Researchers of 2023 found that images in open
archives could be tampered with.

What it does: as a stranger without anything that was issued to a device, but with the
archive's AE title, stores a marked instance, which is never counted and is removed afterwards.

What it cannot tell: whether an archive that answers 0000H keeps what it took.

How to close it:

- here: `calling_ae`, `node_identity` and `permissions`.
- Orthanc: `DicomAlwaysAllowStore` to false (it is true as delivered), each sender in
  `DicomModalities` with `AllowStore`, `DicomCheckModalityHost` true.
- DCMTK: in `dcmqrscp.cfg` name the peers in `HostTable` and give each AE of `AETable` these names
  instead of `ANY`; for certificates put stunnel4 in front. `storescp` alone takes from everybody:
  never let it stand in a clinic's network.
- dcm4chee: list the devices in `dcmAcceptedCallingAETitle` (any AE is accepted where it is
  absent) and demand certificates with `dcmTLSNeedClientAuth`.
"""

from lab.asking import may_write
from lab.attempts import store
from lab.evidence import NOT_FOR_THE_TITLE_CALLED
from lab.probe import Answered, Severity, probe
from lab.scene import Scene, local_address


@probe(
    asks="Does the archive store an image for a stranger?",
    holds=("called AE title", "self-made certificate"),
    lacks=("client certificate of a known CA", "calling AE title", "rights"),
    severity=Severity.CRITICAL,
    standard=("PS3.4 B.2.3", "PS3.7 C.5.1 (0124H)", "PS3.15 B.12"),
    fix="Take images only from known devices, proven by certificate.",
    writes=True,
    issued=False,
    causes=NOT_FOR_THE_TITLE_CALLED,
)
def store_by_stranger(scene: Scene) -> Answered:
    """Store a marked instance as nobody."""
    may_write(scene)
    stranger = scene.as_stranger(called=scene.ae_title, local_address=local_address(7))
    return store(stranger, scene.marked.new())
