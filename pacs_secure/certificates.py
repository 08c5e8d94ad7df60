"""Certificates and revocation lists (RFC 5280): read, and asked whether they hold right now.

OpenSSL checks a chain in a full handshake. What is here is asked besides: at start, so that a
fault of the operator's is one clear line; and at each connection, because a resumed session
skips OpenSSL's checks.
"""

import os
import re
import stat
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from pacs_open.errors import ConfigurationError

SMALLEST_RSA_KEY = 2048
"""Bits, RFC 9325 4.5."""
SMALLEST_CURVE = 256
"""Bits, RFC 9325 4.5 recommends P-256."""

_CRL = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


def read(path: Path, what: str) -> bytes:
    """Read a file of the operator's, or say in one line why that failed."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{what} {path}: cannot be read ({error.strerror})") from error


def read_secret(path: Path, what: str) -> bytes:
    """Read a key file that nobody but its owner (and at most its group) may read."""
    content = read(path, what)
    if os.name == "posix":  # Windows keeps rights elsewhere
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & stat.S_IRWXO:
            raise ConfigurationError(
                f"{what} {path}: is open to every user (mode {mode:04o}); chmod 600 {path.name}"
            )
    return content


def load_certificates(path: Path, what: str) -> list[x509.Certificate]:
    """Load all certificates of a PEM file, at least one."""
    try:
        return x509.load_pem_x509_certificates(read(path, what))
    except ValueError as error:
        raise ConfigurationError(f"{what} {path}: holds no PEM certificate") from error


def own_name(certificate: Path) -> str | None:
    """The first DNS name that a certificate of ours carries (RFC 6125), None if there is none."""
    leaf = load_certificates(certificate, "certificate")[0]
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    return next(iter(names.get_values_for_type(x509.DNSName)), None)


def check_own(certificate: Path, key: Path, now: datetime | None = None) -> None:
    """Check that our own certificate is valid now and that the key is its own.

    Raises:
        ConfigurationError: What is wrong, in one line.
    """
    leaf = load_certificates(certificate, "certificate")[0]
    private = _load_key(key)
    encoding = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*encoding) != leaf.public_key().public_bytes(*encoding):
        raise ConfigurationError(f"key {key}: does not belong to certificate {certificate}")
    fault = dates_fault(leaf, now or datetime.now(UTC)) or strength_fault(leaf)
    if fault:
        raise ConfigurationError(f"certificate {certificate}: {fault}")


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(read_secret(path, "key"), None)
    except TypeError as error:  # what cryptography raises where a passphrase is needed
        raise ConfigurationError(
            f"key {path}: is protected by a passphrase; nobody is there to type it at start"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"key {path}: holds no PEM private key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ConfigurationError(f"key {path}: is neither RSA nor EC")
    return key


def load_crls(paths: Iterable[Path]) -> tuple[x509.CertificateRevocationList, ...]:
    """Load revocation lists from PEM files, of which each may hold several."""
    found: list[x509.CertificateRevocationList] = []
    for path in paths:
        blocks = _CRL.findall(read(path, "crl"))
        if not blocks:
            raise ConfigurationError(
                f"crl {path}: holds no PEM revocation list; "
                "openssl crl -inform DER -in FILE converts one"
            )
        try:
            found += [x509.load_pem_x509_crl(block) for block in blocks]
        except ValueError as error:
            raise ConfigurationError(f"crl {path}: a revocation list is damaged") from error
    return tuple(found)


def expired_crl(
    crls: Iterable[x509.CertificateRevocationList], now: datetime
) -> x509.CertificateRevocationList | None:
    """Return a list whose next one is overdue: it no longer proves anything."""
    for crl in crls:
        if crl.next_update_utc is not None and crl.next_update_utc < now:
            return crl
    return None


def dates_fault(certificate: x509.Certificate, now: datetime) -> str:
    """Say whether ``now`` is outside the certificate's dates, "" if it is inside."""
    if now < certificate.not_valid_before_utc:
        return f"not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC"
    if now > certificate.not_valid_after_utc:
        return f"expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC"
    return ""


def strength_fault(certificate: x509.Certificate) -> str:
    """Say whether the key is too weak (RFC 9325 4.5), "" if it is not."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA key of {key.key_size} bits" if key.key_size < SMALLEST_RSA_KEY else ""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC key of {key.key_size} bits" if key.key_size < SMALLEST_CURVE else ""
    return "key is neither RSA nor EC"


def usage_fault(certificate: x509.Certificate) -> str:
    """Say whether it states usages and a TLS client's is not among them, "" if all is well."""
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage) and not value.digital_signature:
            return "key usage without digitalSignature"
        if isinstance(value, x509.ExtendedKeyUsage) and not {
            ExtendedKeyUsageOID.CLIENT_AUTH,
            ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        }.intersection(value):
            return "extended key usage without clientAuth"
    return ""


def revocation_fault(
    certificate: x509.Certificate, crls: Sequence[x509.CertificateRevocationList]
) -> str:
    """Say whether the lists that are loaded do not clear the certificate, "" if they do.

    Whether they still prove anything is :func:`expired_crl`'s question.
    """
    if not crls:
        return ""
    of_issuer = [crl for crl in crls if crl.issuer == certificate.issuer]
    if not of_issuer:
        return "no revocation list of its issuer"
    for crl in of_issuer:
        if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            return "revoked"
    return ""


def revoked_serials(crls: Iterable[x509.CertificateRevocationList]) -> frozenset[str]:
    """The serial numbers on revocation lists, in hexadecimal."""
    return frozenset(f"{entry.serial_number:x}" for crl in crls for entry in crl)


def trusted_by_itself(path: Path) -> str:
    """The fingerprint of a certificate that needs no authority above it (direct comparison).

    Raises:
        ConfigurationError: It is unfit, or could sign others, which would be trusted with it.
    """
    leaf = load_certificates(path, "peer's certificate")[0]
    if may_sign(leaf):
        raise ConfigurationError(
            f"peer's certificate {path}: may sign others; make it with basicConstraints=CA:FALSE "
            "(openssl req -x509 -addext basicConstraints=critical,CA:FALSE), or have it signed"
        )
    fault = strength_fault(leaf) or usage_fault(leaf)
    if fault:
        raise ConfigurationError(f"peer's certificate {path}: {fault}")
    return leaf.fingerprint(hashes.SHA256()).hex()


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether OpenSSL would take it for an authority; in doubt it would (X.509 version 1)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return True


def fingerprints_in(path: Path | None) -> frozenset[str]:
    """The fingerprints of all certificates in a PEM file."""
    found = load_certificates(path, "trust") if path is not None else []
    return frozenset(one.fingerprint(hashes.SHA256()).hex() for one in found)
