"""A certificate that anybody can make.

Why it matters: a certificate proves something only if somebody trusted has signed it. An
archive that asks for one but does not verify the chain is content with a self-made one, which
takes a minute to make.

What it does: with both right AE titles of an authorised peer, but with a certificate of a CA that
has the name of the right one and is another (where none is at hand: a self-made one), asks for a
C-ECHO. IHE's test of secure nodes has the same case, "unknown CA". Where the port speaks plaintext
it goes on in plaintext: the question is whether this peer is served.

What it cannot tell: whether expired, revoked or otherwise wrong certificates of the right CA
are refused; each of these is a question of its own.

How to close it:

- here: `tls` trusts the clinic's own authority alone.
- Orthanc: `DicomTlsEnabled` true, `DicomTlsTrustedCertificates` your own CA alone,
  `DicomTlsRemoteCertificateRequired` true (as delivered); false meant "verify who shows one" up
  to 1.12.3, and means "verify nobody" since.
- DCMTK: `storescp +tls key cert +cf ca.pem -rc` (require; `-vc` verifies only if there is one,
  `-ic` ignores it); before `dcmqrscp`, which has no TLS in 3.6.7, stunnel4 with `verifyChain =
  yes` and `CAfile`.
- dcm4chee: `dcmTLSNeedClientAuth` true on the connection, a trust store of the device with your
  own CA alone, and no second connection without `dicomTLSCipherSuite` for the same AE.
"""

from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served that shows a certificate of an unknown CA?",
    holds=("both AE titles", "self-made certificate"),
    lacks=("client certificate of a known CA",),
    severity=Severity.HIGH,
    standard=("IHE ITI-19 3.19.6.1", "PS3.15 B.12", "RFC 5280 6"),
    fix="Verify client certificates against the clinic's own CA.",
    issued=False,
    causes=(Cause.CERTIFICATE,),
)
def unknown_ca_certificate(scene: Scene) -> Answered:
    """Come with a certificate that nobody has signed."""
    return is_served_with(scene, "unknown_ca", or_else=scene.stranger)
