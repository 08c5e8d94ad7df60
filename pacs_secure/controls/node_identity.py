"""A certificate may speak only under its own AE titles.

Why it matters: TLS proves that a peer holds some certificate of the clinic, the calling AE
title says which device it claims to be. As long as nobody compares the two, every device with
a certificate may borrow the name, and with it the rights, of every other.

What it demands: the certificate that TLS has verified stands under the calling AE title, by its
SHA-256 fingerprint in ``fingerprints`` or as a PEM file in ``certificates``. No certificate, an
unknown title or another device's title: rejected with calling-AE-title-not-recognized (1,1,3),
because the name was not recognized as this peer's. Old and new certificate may stand side by
side while a device renews. No name inside the certificate is asked for: IHE ITI-19 forbids
requiring certificate contents, and PS3.15 maps no field to an AE title.

What it cannot do: notice that a key was copied to another machine. Only revocation and
renewal help there (``tls``, its ``crl``).

How to set it (neither table: nobody is admitted)::

    [controls.node_identity]
    fingerprints = { MODALITY = ["9f86d081…"], WORKSTATION = ["60303ae2…"] }
    certificates = { VISITOR = ["peers/visitor.pem"] }     # read at the start

``openssl x509 -in modality.pem -noout -fingerprint -sha256`` prints one; colons are allowed.
"""

from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.ledger import Ledger
from pacs_open.refusals import ConnectionDropped, calling_ae_not_recognized
from pacs_open.values import AssociationRequest
from pacs_secure.settings import AETitle, CertificateFile, Fingerprint


class NodeIdentity(Control):
    """The calling AE title must belong to the certificate."""

    name: ClassVar[str] = "node_identity"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.4", "IHE ITI-19 3.19.6.1.2")
    needs: ClassVar[tuple[str, ...]] = ("tls",)
    stops: ClassVar[tuple[str, ...]] = (
        "borrowed_ae_title",
        "unknown_calling_ae",
        "calling_title_case",
    )

    fingerprints: dict[AETitle, tuple[Fingerprint, ...]] = Field(default_factory=dict)
    """Calling AE title to the certificates that may use it."""
    certificates: dict[AETitle, tuple[CertificateFile, ...]] = Field(default_factory=dict)
    """The same, by PEM files; from the start on they are fingerprints, too."""

    def admit(self, request: AssociationRequest, ledger: Ledger) -> None:
        """Reject with (1,1,3) a title that is not bound to this peer's certificate."""
        fault = self._fault(request)
        if fault:
            raise calling_ae_not_recognized(fault)

    def remain(self, request: AssociationRequest) -> None:
        """Send away whose title is bound to this certificate no more."""
        fault = self._fault(request)
        if fault:
            raise ConnectionDropped(fault)

    def _fault(self, request: AssociationRequest) -> str:
        title, certificate = request.calling_ae_title, request.peer.certificate
        if certificate is None:
            return f"{title!r} without a certificate"
        bound = (*self.fingerprints.get(title, ()), *self.certificates.get(title, ()))
        if certificate.fingerprint not in bound:
            return f"{title!r} is not bound to certificate {certificate.fingerprint}"
        return ""
