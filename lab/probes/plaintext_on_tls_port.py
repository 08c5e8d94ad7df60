"""Plaintext where TLS should be spoken.

Why it matters: a port that takes TLS "if the client offers it" takes plaintext from whoever
does not. Everything that certificates and encryption promise is then a matter of the
attacker's courtesy.

What it does: with both right AE titles of an authorised peer, but without TLS, asks for a
C-ECHO in plaintext.

What it cannot tell: whether another port, a REST interface or the database serves the same
archive in plaintext.

How to close it:

- here: `tls`.
- Orthanc: `DicomTlsEnabled` true turns the one DICOM port to TLS; look for a second instance, the
  REST port and DICOMweb, which need their own.
- DCMTK: `storescp +tls`; `dcmqrscp` on loopback only with stunnel4 before it, and the plain port
  closed by the packet filter.
- dcm4chee: give the AE references to connections with `dicomTLSCipherSuite` only, and uninstall
  the plain one (`dicomInstalled` false).
"""

from lab.asking import is_served, need_peer
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served in plaintext?",
    holds=("both AE titles",),
    lacks=("TLS",),
    severity=Severity.HIGH,
    standard=("PS3.15 B.12", "IHE ITI-19", "RFC 9325 3.2"),
    fix="Demand TLS on the port, and close every plaintext port of the same archive.",
    issued=False,
    causes=(Cause.PLAINTEXT,),
)
def plaintext_on_tls_port(scene: Scene) -> Answered:
    """Speak DICOM without TLS."""
    with scene.target(need_peer(scene)).in_plaintext().converse() as talk:
        return is_served(talk)
