"""X.509 as the lab writes it: authorities, devices, revocation lists (RFC 5280).

Only the pieces; who gets which certificate is :mod:`lab.pki`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
"""What a certificate of the lab's may be for."""
SMALLEST_RSA_KEY, SMALLEST_CURVE = 2048, 256
"""Bits (RFC 9325 4.5)."""


class Usage(Enum):
    """What a certificate may be shown for (extended key usage, RFC 5280 4.2.1.12)."""

    CALLS = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    LISTENS = (ExtendedKeyUsageOID.SERVER_AUTH,)
    CALLS_AND_LISTENS = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)

    @property
    def is_called(self) -> bool:
        """Whether its device listens."""
        return ExtendedKeyUsageOID.SERVER_AUTH in self.value


@dataclass(frozen=True)
class Signer:
    """A certificate authority's certificate and key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 over the DER certificate, as 64 lower-case hex digits."""
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def key_of_request(request: x509.CertificateSigningRequest) -> PublicKey:
    """The key that a certificate is asked for (PKCS #10), proven to be the requestor's.

    Raises:
        ValueError: it is not proven, or is of a kind or size that no archive here would take.
    """
    key = request.public_key()
    if not request.is_signature_valid:
        raise ValueError("the request is not signed with the key it is for")
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA_KEY:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= SMALLEST_CURVE:
        return key
    raise ValueError("the key must be RSA of 2048 bits or EC of 256 bits, at least")


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate in PEM (RFC 7468)."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def subject(name: str) -> x509.Name:
    """The distinguished name of one of the lab's authorities or devices."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "pacslab test lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def begin(
    subject: x509.Name,
    public_key: PublicKey,
    validity: tuple[datetime, datetime],
    issuer: Signer | None = None,
) -> x509.CertificateBuilder:
    """What every certificate has; without an issuer it names itself as one."""
    issuer_name = issuer.certificate.subject if issuer else subject
    issuer_key = issuer.key.public_key() if issuer else public_key
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def authority_certificate(
    name: str, issuer: Signer | None, validity: tuple[datetime, datetime]
) -> Signer:
    """A root (no issuer) or an intermediate that may sign devices only (path length 0)."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        begin(subject(f"pacslab {name} authority"), key.public_key(), validity, issuer)
        .add_extension(
            x509.BasicConstraints(ca=True, path_length=0 if issuer else 1), critical=True
        )
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return Signer(certificate, key)


def describe_device(
    builder: x509.CertificateBuilder, usage: Usage, alternatives: Sequence[x509.GeneralName]
) -> x509.CertificateBuilder:
    """The extensions of an end entity."""
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usage.value), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def revocation_list(
    signer: Signer, serials: Sequence[int], validity: tuple[datetime, datetime] | None = None
) -> bytes:
    """A CRL that lasts as long as its signer, unless told otherwise.

    The lab is gone before it needs a newer one.
    """
    now, certificate = datetime.now(UTC), signer.certificate
    begin, end = validity or (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(begin)
        .next_update(end)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()),
            critical=False,
        )
        .add_extension(x509.CRLNumber(int(now.timestamp() * 1000)), critical=False)
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(begin)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(signer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
