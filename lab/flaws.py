"""Faults that no proper library makes: a certificate or key in DER, changed by hand (X.690).

Only what the lab itself has made comes here, so that the structure is known.
"""

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

SEQUENCE, BIT_STRING = 0x30, 0x03
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")
"""AlgorithmIdentifiers of a signature (RFC 3279 2.2.3, RFC 5758 3.2)."""
SHORT_FORM = 0x80
"""Lengths below are one byte (X.690 8.1.3.4)."""


def element(tag: int, content: bytes) -> bytes:
    """One DER element with its length (X.690 8.1)."""
    if len(content) < SHORT_FORM:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, SHORT_FORM | len(length)]) + length + content


def content_of(der: bytes) -> bytes:
    """What stands in an element, without tag and length."""
    if der[1] < SHORT_FORM:
        return der[2:]
    return der[2 + (der[1] - SHORT_FORM) :]


def with_broken_signature(certificate: x509.Certificate) -> x509.Certificate:
    """The certificate with one bit of its signature turned over."""
    der = bytearray(certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_certificate(bytes(der))


def signed_with_sha1(
    certificate: x509.Certificate, issuer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """The certificate signed anew over SHA-1, which no library does any more."""
    content = content_of(certificate.tbs_certificate_bytes)
    to_be_signed = element(SEQUENCE, content.replace(ECDSA_SHA256, ECDSA_SHA1, 1))
    signature = issuer.sign(to_be_signed, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - on purpose
    bits = element(BIT_STRING, b"\x00" + signature)
    return x509.load_der_x509_certificate(element(SEQUENCE, to_be_signed + ECDSA_SHA1 + bits))


def key_of_another(public: ec.EllipticCurvePublicKey) -> bytes:
    """A key file (RFC 5915) that claims a public key, but holds another one's private key.

    OpenSSL loads it beside the certificate, and fails only where the other end checks the
    signature, which is the point.
    """
    other = ec.generate_private_key(public.curve)
    form = (Encoding.X962, PublicFormat.UncompressedPoint)
    theirs, claimed = other.public_key().public_bytes(*form), public.public_bytes(*form)
    der = other.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    lines = base64.encodebytes(der.replace(theirs, claimed))
    return b"-----BEGIN EC PRIVATE KEY-----\n" + lines + b"-----END EC PRIVATE KEY-----\n"
