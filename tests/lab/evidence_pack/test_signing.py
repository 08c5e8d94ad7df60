"""A key that cannot sign is told; a signature holds for its content only."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.errors import WrongUseError
from lab.evidence_pack.signing import (
    Signature,
    fingerprint,
    read_key,
    same_fingerprint,
    sign,
    signer,
)


def _pem(key, encryption=None):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


def test_a_key_is_read_and_its_signature_holds(key, key_file):
    signature = sign(read_key(key_file), b"content")
    assert signer(signature, b"content") == fingerprint(key.public_key())
    assert signer(signature, b"other content") is None


def test_a_key_that_cannot_sign_is_told(key, tmp_path):
    path = tmp_path / "key.pem"
    for content, said in [
        (b"no key", "no private key in PEM"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "no Ed25519 key; make one"),
        (_pem(key, serialization.BestAvailableEncryption(b"x")), "passphrase"),
    ]:
        path.write_bytes(content)
        with pytest.raises(WrongUseError, match=said):
            read_key(path)


def test_a_public_key_that_is_none_or_another_kind_signs_nothing():
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = other.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert signer(Signature(b"x" * 64, pem), b"content") is None
    assert signer(Signature(b"x" * 64, b"no key"), b"content") is None


@pytest.mark.parametrize("written", ["abcd", "AB:CD", "SHA256:abcd", " ab cd "])
def test_fingerprints_are_compared_as_people_write_them(written):
    assert same_fingerprint(written, "abcd")
    assert not same_fingerprint(written, "abce")
