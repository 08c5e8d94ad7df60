"""Every patient, listed by a stranger.

Why it matters: this is the leak of 2019. 590 open archives in 52 countries answered a C-FIND
from anywhere: 24.3 million records with names, birth dates and physicians. No exploit was
written; a free viewer was enough. Two months later it was 35 million.

What it does: as a stranger without anything that was issued to a device, but with the
archive's AE title, which is no secret, asks for every study by universal matching.

What it cannot tell: how complete the answer is; an archive may cut long answers or hide what
this requestor may not see.

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

from lab.attempts import list_records
from lab.evidence import NOT_FOR_THE_TITLE_CALLED
from lab.probe import Answered, Severity, probe
from lab.scene import Scene, local_address


@probe(
    asks="Does a stranger get a list of the patients?",
    holds=("called AE title", "self-made certificate"),
    lacks=("client certificate of a known CA", "calling AE title", "rights"),
    severity=Severity.CRITICAL,
    standard=("PS3.4 C.4.1", "PS3.7 C.5.1 (0124H)", "PS3.15 B.12"),
    fix="Admit known devices only, proven by certificate, and grant C-FIND to those that need it.",
    issued=False,
    causes=NOT_FOR_THE_TITLE_CALLED,
)
def list_patients(scene: Scene) -> Answered:
    """Ask for everything as nobody."""
    stranger = scene.as_stranger(called=scene.ae_title, local_address=local_address(4))
    return list_records(stranger, known_to_hold_some=scene.wanted is not None)
