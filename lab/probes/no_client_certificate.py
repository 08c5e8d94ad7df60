"""A peer that proves nothing.

Why it matters: TLS without a client certificate hides the conversation from listeners and
admits anybody. "Client certificate not required" has meant *verify if present* in one version
of a product and *ignore* in the next. In TLS 1.3 the refusal arrives only after the client
believes that the handshake has succeeded.

What it does: with both right AE titles of an authorised peer, but without a certificate, asks
for a C-ECHO, and reads what comes after the handshake. Where the port speaks plaintext it goes
on in plaintext: the question is whether this peer is served. IHE's test of secure nodes has the
same case, "without authentication".

What it cannot tell: whether a certificate, if shown, would be verified
(``unknown_ca_certificate``).

How to close it:

- here: `tls` requires one on every connection.
- Orthanc: `DicomTlsEnabled` true, `DicomTlsTrustedCertificates` your own CA alone,
  `DicomTlsRemoteCertificateRequired` true (as delivered); false meant "verify who shows one" up
  to 1.12.3, and means "verify nobody" since.
- DCMTK: `storescp +tls key cert +cf ca.pem -rc` (require; `-vc` verifies only if there is one,
  `-ic` ignores it); before `dcmqrscp`, which has no TLS in 3.6.7, stunnel4 with `verifyChain =
  yes` and `CAfile`.
- dcm4chee: `dcmTLSNeedClientAuth` true on the connection (as where it is absent), a trust store of
  the device with your own CA alone, and no second connection without `dicomTLSCipherSuite` for
  the same AE.
"""

from lab.asking import is_served, need_peer
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served that shows no certificate?",
    holds=("both AE titles",),
    lacks=("client certificate",),
    severity=Severity.HIGH,
    standard=("IHE ITI-19", "PS3.15 B.12", "RFC 8446 4.4.2.4"),
    fix="Require a client certificate on every connection (mutual TLS).",
    issued=False,
    causes=(Cause.CERTIFICATE,),
)
def no_client_certificate(scene: Scene) -> Answered:
    """Come without a certificate."""
    target = scene.target(need_peer(scene))
    with target.but(certificate=None, key=None).converse() as talk:
        return is_served(talk)
