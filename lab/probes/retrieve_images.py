"""Images, retrieved by a stranger.

Why it matters: of the 737 million images found in 2019, about 400 million could be downloaded:
breast screenings, spines, a chest X-ray with a pacemaker plainly visible, each with the
patient's name on it.

What it does: as a stranger without anything that was issued to a device, but with the
archive's AE title and the UIDs of one image that is known to be there, asks for it by C-GET.

What it cannot tell: whether the images leave by another door (C-MOVE: ``move_to_stranger``;
DICOMweb, the viewer, the database: ask there).

How to close it:

- here: `calling_ae`, `node_identity` and `permissions`.
- Orthanc: set `DicomAlwaysAllowFind`, `DicomAlwaysAllowGet` and `DicomAlwaysAllowMove` to false
  (the default), list devices in `DicomModalities`, and set `DicomCheckModalityHost` to true;
  without TLS client certificates a title and an address remain all the proof there is.
- DCMTK: in `dcmqrscp.cfg` name the peers in `HostTable` and give each AE of `AETable` these names
  instead of `ANY`; for certificates put stunnel4 in front.
- dcm4chee: list the devices in `dcmAcceptedCallingAETitle` (any AE is accepted where it is
  absent) and demand certificates with `dcmTLSNeedClientAuth`.
"""

from lab.asking import need_wanted
from lab.attempts import retrieve
from lab.evidence import NOT_FOR_THE_TITLE_CALLED
from lab.probe import Answered, Severity, probe
from lab.scene import Scene, local_address


@probe(
    asks="Is an image delivered to a stranger by C-GET?",
    holds=("called AE title", "self-made certificate", "UIDs of an image"),
    lacks=("client certificate of a known CA", "calling AE title", "rights"),
    severity=Severity.CRITICAL,
    standard=("PS3.4 C.4.3", "PS3.7 C.5.1 (0124H)", "PS3.15 B.12"),
    fix="Admit known devices only, proven by certificate, and grant C-GET to those that need it.",
    issued=False,
    causes=NOT_FOR_THE_TITLE_CALLED,
)
def retrieve_images(scene: Scene) -> Answered:
    """Ask for one image as nobody."""
    stranger = scene.as_stranger(called=scene.ae_title, local_address=local_address(5))
    return retrieve(stranger, need_wanted(scene))[0]
