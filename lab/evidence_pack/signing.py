"""Ed25519 signatures (RFC 8032) of a manifest, with keys from PEM files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lab.errors import WrongUseError

MAKE_ONE = "make one with: openssl genpkey -algorithm ed25519 -out signing-key.pem"


@dataclass(frozen=True)
class Signature:
    """A signature and the public key that goes with it, as they lie in a pack."""

    signature: bytes
    public_key: bytes
    """PEM (SubjectPublicKeyInfo)."""


def read_key(path: Path) -> Ed25519PrivateKey:
    """A private key from a PEM file.

    Raises:
        WrongUseError: it is none that we can sign with; the message says why.
    """
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except TypeError as error:
        raise WrongUseError(f"{path} has a passphrase; give a key without one") from error
    except ValueError as error:
        raise WrongUseError(f"{path} is no private key in PEM; {MAKE_ONE}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongUseError(f"{path} is no Ed25519 key; {MAKE_ONE}")
    return key


def sign(key: Ed25519PrivateKey, content: bytes) -> Signature:
    """Sign."""
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Signature(key.sign(content), public)


def signer(signature: Signature, content: bytes) -> str | None:
    """Fingerprint of the key that signed this; None where the signature does not hold."""
    try:
        key = serialization.load_pem_public_key(signature.public_key)
        if not isinstance(key, Ed25519PublicKey):
            return None
        key.verify(signature.signature, content)
    except (ValueError, InvalidSignature):
        return None
    return fingerprint(key)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, in hexadecimal."""
    encoded = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(encoded).hexdigest()


def same_fingerprint(one: str, other: str) -> bool:
    """Compare as people write them: with or without colons, ``SHA256:`` and capitals."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return text.strip().lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
