"""Images, sent to a stranger at a stranger's word.

Why it matters: a C-MOVE tells the archive to open a connection to somebody else. An archive
that knows no better than to call the requestor back delivers images to whoever asks, through
firewalls that would let nobody in from outside, and serves as a relay into the network it
stands in.

What it does: as a stranger without anything that was issued to a device, but with the
archive's AE title and the UIDs of one image, asks by C-MOVE that it be sent to the stranger's
own title, and listens at the address where such a title would be called back. The answer is
yes only if a connection of the archive arrives there, whatever status it gives.

What it cannot tell: whether the archive would call other addresses; we listen at one.

How to close it:

- here: `calling_ae`, `permissions` and `move_destinations`.
- Orthanc: set `DicomAlwaysAllowFind`, `DicomAlwaysAllowGet` and `DicomAlwaysAllowMove` to false
  (the default), list devices in `DicomModalities`, and set `DicomCheckModalityHost` to true;
  without TLS client certificates a title and an address remain all the proof there is.
- DCMTK: in `dcmqrscp.cfg` name the peers in `HostTable` and give each AE of `AETable` these names
  instead of `ANY`; for certificates put stunnel4 in front.
- dcm4chee: list the devices in `dcmAcceptedCallingAETitle` and the only destinations in
  `dcmAcceptedMoveDestination`: any is accepted where it is absent.
"""

from lab.attempts import move_to_callback
from lab.evidence import NOT_FOR_THE_TITLE_CALLED
from lab.probe import Answered, Severity, probe
from lab.scene import Scene, local_address


@probe(
    asks="Does a stranger's C-MOVE make the archive call the stranger?",
    holds=("called AE title", "self-made certificate", "UIDs of an image"),
    lacks=("client certificate of a known CA", "calling AE title", "rights", "a table entry"),
    severity=Severity.CRITICAL,
    standard=("PS3.4 C.4.2.1.5 (A801H)", "PS3.7 C.5.1 (0124H)"),
    fix="Move to a fixed table of destinations only, and let only those ask that need to.",
    issued=False,
    causes=NOT_FOR_THE_TITLE_CALLED,
)
def move_to_stranger(scene: Scene) -> Answered:
    """Ask that an image be sent to nobody."""
    stranger = scene.as_stranger(called=scene.ae_title, local_address=local_address(6))
    return move_to_callback(scene, stranger, scene.stranger, scene.stranger.ae_title)
