"""The lab's own certificate authority; bad certificates are made by :mod:`lab.bad_certificates`.

A root signs an intermediate, the intermediate signs one certificate for each device (EC P-256).
Everything is made when the lab starts, outlives the lab's time to live by one hour and is never
committed. Each device gets a folder of its own (mode 0700) with its key (mode 0600): nobody
needs another one's key.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from lab.certificates import (
    PublicKey,
    Signer,
    Usage,
    authority_certificate,
    begin,
    describe_device,
    fingerprint,
    key_of_request,
    pem,
    revocation_list,
    subject,
)
from lab.key_files import private_folder, read_signer, replace_file, write_key

__all__ = [
    "DOMAIN",
    "MARGIN",
    "Authority",
    "Identity",
    "Usage",
    "private_folder",
    "self_made",
]

MARGIN = timedelta(hours=1)
"""What certificates outlive the lab by, and how far back they begin (clocks differ)."""

DOMAIN = "pacslab.internal"
"""Names of the lab's devices end in this (``.internal`` is reserved for private use)."""


@dataclass(frozen=True)
class Identity:
    """What a device shows on the wire, and what it trusts."""

    name: str
    ae_title: str
    certificate: Path
    """PEM: the device's certificate, then the intermediate's."""
    key: Path
    """PEM, unencrypted, readable by its owner alone."""
    trust: Path
    """PEM: the root that peers must chain to."""
    fingerprint: str
    """SHA-256 over the DER certificate, 64 lower-case hex digits."""

    @classmethod
    def load(cls, name: str, directory: Path, *, ae_title: str) -> Self:
        """Find an identity that was written to ``directory`` before.

        Raises:
            FileNotFoundError: there is none.
        """
        certificate = x509.load_pem_x509_certificate((directory / "certificate.pem").read_bytes())
        return cls(
            name=name,
            ae_title=ae_title,
            certificate=directory / "certificate.pem",
            key=directory / "key.pem",
            trust=directory / "trust.pem",
            fingerprint=fingerprint(certificate),
        )


class Authority:
    """The lab's root and intermediate certificate authority, kept in a folder of mode 0700."""

    def __init__(self, directory: Path, root: Signer, intermediate: Signer) -> None:
        self.directory = directory
        self._root = root
        self._intermediate = intermediate

    @classmethod
    def create(
        cls, directory: Path, *, lifetime: timedelta, now: datetime | None = None
    ) -> "Authority":
        """Make root and intermediate, valid for ``lifetime`` and one hour on either side."""
        now = now or datetime.now(UTC)
        private_folder(directory)
        validity = (now - MARGIN, now + lifetime + MARGIN)
        root = authority_certificate("root", None, validity)
        intermediate = authority_certificate("intermediate", root, validity)
        for name, signer in (("root", root), ("intermediate", intermediate)):
            write_key(directory / f"{name}-key.pem", signer.key)
            (directory / f"{name}.pem").write_bytes(pem(signer.certificate))
        authority = cls(directory, root, intermediate)
        authority._write_crls(())
        return authority

    @classmethod
    def load(cls, directory: Path) -> "Authority":
        """Open an authority that :meth:`create` made.

        Raises:
            FileNotFoundError: there is none in ``directory``.
        """
        return cls(
            directory, read_signer(directory, "root"), read_signer(directory, "intermediate")
        )

    @property
    def root(self) -> Signer:
        """Who signs intermediates."""
        return self._root

    @property
    def intermediate(self) -> Signer:
        """Who signs devices."""
        return self._intermediate

    @property
    def trust(self) -> Path:
        """PEM file with the root's certificate."""
        return self.directory / "root.pem"

    def issue(
        self,
        name: str,
        directory: Path,
        *,
        ae_title: str,
        usage: Usage = Usage.CALLS_AND_LISTENS,
        names: Sequence[str] = (),
        addresses: Sequence[str] = ("127.0.0.1", "::1"),
        validity: tuple[datetime, datetime] | None = None,
    ) -> Identity:
        """Give a device its key and certificate, in a folder of its own.

        The subject alternative names are ``<name>.pacslab.internal`` and ``names``; a device
        that listens also gets its ``addresses``. ``validity`` is the authority's unless given.
        """
        private_folder(directory)
        key = ec.generate_private_key(ec.SECP256R1())
        called = alternatives(name, names, addresses if usage.is_called else ())
        chain = self._certify(name, key.public_key(), usage, called, validity)
        write_key(directory / "key.pem", key)
        (directory / "certificate.pem").write_bytes(chain)
        (directory / "trust.pem").write_bytes(self.trust.read_bytes())
        return Identity.load(name, directory, ae_title=ae_title)

    def sign(self, request: bytes, name: str, *, usage: Usage) -> bytes:
        """The chain, in PEM, for a key that its owner keeps (PKCS #10 request in PEM).

        Nothing of the request counts but its key: the name is ours to give.

        Raises:
            ValueError: it is no request, or its key is not to be taken.
        """
        key = key_of_request(x509.load_pem_x509_csr(request))
        return self._certify(name, key, usage, alternatives(name, (), ()))

    def _certify(
        self,
        name: str,
        key: PublicKey,
        usage: Usage,
        alternatives: Sequence[x509.GeneralName],
        validity: tuple[datetime, datetime] | None = None,
    ) -> bytes:
        """A device's certificate, then the intermediate's."""
        issuer = self._intermediate.certificate
        validity = validity or (issuer.not_valid_before_utc, issuer.not_valid_after_utc)
        builder = begin(subject(name), key, validity, self._intermediate)
        certificate = describe_device(builder, usage, alternatives).sign(
            self._intermediate.key, hashes.SHA256()
        )
        return pem(certificate) + pem(issuer)

    @property
    def since(self) -> datetime:
        """When what is issued begins to be valid."""
        certificates = (self._root.certificate, self._intermediate.certificate)
        return max(certificate.not_valid_before_utc for certificate in certificates)

    @property
    def until(self) -> datetime:
        """When the authority, and with it everything that it signed, ends."""
        return self._intermediate.certificate.not_valid_after_utc

    def has_issued(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate bears this authority's signature."""
        try:
            certificate.verify_directly_issued_by(self._intermediate.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def revoke(self, identity: Identity) -> None:
        """Put the identity's certificate on the revocation list (RFC 5280 5)."""
        self.revoke_certificate(x509.load_pem_x509_certificate(identity.certificate.read_bytes()))

    def revoke_certificate(self, certificate: x509.Certificate) -> None:
        """The same for any certificate that this authority has signed."""
        serials = {*self._revoked(), certificate.serial_number}
        self._write_crls(tuple(sorted(serials)))

    def renew_crls(self) -> None:
        """Sign both lists anew, with what is on them."""
        self._write_crls(tuple(self._revoked()))

    def _revoked(self) -> Sequence[int]:
        earlier = x509.load_pem_x509_crl((self.directory / "intermediate-crl.pem").read_bytes())
        return [revoked.serial_number for revoked in earlier]

    def write_crl(self, path: Path) -> None:
        """Write the revocation lists of intermediate and root, one PEM file for both."""
        self._write_crl(path, (self.directory / "intermediate-crl.pem").read_bytes())

    def add_to_crl(self, path: Path, certificate: x509.Certificate) -> None:
        """One more certificate on lists that were written: this one archive alone is told of it."""
        earlier = x509.load_pem_x509_crl(path.read_bytes())  # of two the first
        serials = {certificate.serial_number, *(revoked.serial_number for revoked in earlier)}
        self._write_crl(path, revocation_list(self._intermediate, tuple(sorted(serials))))

    def _write_crl(self, path: Path, of_intermediate: bytes) -> None:
        replace_file(path, of_intermediate + (self.directory / "root-crl.pem").read_bytes())

    def _write_crls(self, revoked: Sequence[int]) -> None:
        """Sign both lists anew; the intermediate itself is never revoked."""
        for name, signer, serials in (
            ("root", self._root, ()),
            ("intermediate", self._intermediate, revoked),
        ):
            replace_file(self.directory / f"{name}-crl.pem", revocation_list(signer, serials))


def alternatives(
    name: str, names: Sequence[str], addresses: Sequence[str]
) -> Sequence[x509.GeneralName]:
    """What a device is called, and where it listens (RFC 5280 4.2.1.6)."""
    return [
        *(x509.DNSName(text) for text in (f"{name}.{DOMAIN}", *names)),
        *(x509.IPAddress(ipaddress.ip_address(text)) for text in addresses),
    ]


def self_made(name: str, directory: Path, *, ae_title: str = "STRANGER") -> Identity:
    """A stranger's identity: a certificate signed by its own key, known to nobody.

    Anyone can make one; a PACS that is content with it asks for a certificate in name only.
    """
    private_folder(directory)
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = begin(subject(name), key.public_key(), (now - MARGIN, now + timedelta(days=1)))
    alternatives: list[x509.GeneralName] = [x509.DNSName(f"{name}.{DOMAIN}")]
    certificate = describe_device(builder, Usage.CALLS_AND_LISTENS, alternatives).sign(
        key, hashes.SHA256()
    )
    write_key(directory / "key.pem", key)
    for file in ("certificate.pem", "trust.pem"):
        (directory / file).write_bytes(pem(certificate))
    return Identity.load(name, directory, ae_title=ae_title)
