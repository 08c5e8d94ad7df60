"""Patients' names, read off the wire.

Why it matters: DICOM without TLS carries every name, birth date and image in the clear. At the
end of 2025, 0.14 % of 3,627 servers on the Internet spoke TLS. Inside a clinic one compromised
switch, or one port mirrored for maintenance, reads along.

What it does: puts a relay between an authorised peer and the archive, lets the peer make a
query it is entitled to, and searches every byte that crossed for the names that the peer
received, in the usual character sets.

What it cannot tell: how strong the encryption is (TLS probes ask that), or what crosses on
other connections. A name too short to be told from chance is not looked for.

How to close it:

- here: `tls`.
- Orthanc: `DicomTlsEnabled` true turns the one DICOM port to TLS; look for a second instance, the
  REST port and DICOMweb, which need their own.
- DCMTK: `storescp +tls`; `dcmqrscp` on loopback only with stunnel4 before it, and the plain port
  closed by the packet filter.
- dcm4chee: give the AE references to connections with `dicomTLSCipherSuite` only, and uninstall
  the plain one (`dicomInstalled` false).
"""

from pydicom.dataset import Dataset

from lab.asking import every_study, need_peer, showed
from lab.marked import is_marked
from lab.probe import Answered, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene
from lab.sop_classes import STUDY_ROOT_FIND
from lab.tap import Tap, spellings


@probe(
    asks="Can names of patients be read off the wire while an authorised peer queries?",
    holds=("a place on the wire",),
    lacks=("keys of either end",),
    severity=Severity.HIGH,
    standard=("PS3.15 B.12", "IHE ITI-19"),
    fix="Speak TLS on every DICOM connection, the archive's outgoing ones too.",
)
def read_names_off_the_wire(scene: Scene) -> Answered:
    """Let a friend query through a relay, and search what crossed it."""
    target = scene.target(need_peer(scene, may="find"))
    name = scene.server_name or scene.door.host
    with Tap(scene.door) as tap:
        with target.but(door=tap.door, server_name=name).converse(STUDY_ROOT_FIND) as talk:
            _, matches = talk.find(STUDY_ROOT_FIND, every_study())
        names = _names(matches)
        read = tap.finds(names)
        size = len(tap.recorded)
    if not names:
        reason = "the authorised query brought no name back, so that none could be read"
        return unknown(Untold.UNCLEAR, talk.evidence, reason)
    text = f"{len(read)} of {len(names)} names could be read in {size} bytes on the wire"
    return (yes if read else no)([*talk.evidence, showed(text)])


def _names(matches: list[Dataset]) -> list[str]:
    """Each name once, those that are long enough to be looked for; marked ones if alone."""
    real = [match for match in matches if not is_marked(str(match.get("PatientID", "")))]
    names = dict.fromkeys(str(match.get("PatientName", "")) for match in real or matches)
    return [name for name in names if spellings(name)]
