from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from lab import flaws
from lab.bad_certificates import Bench
from lab.pki import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.create(tmp_path_factory.mktemp("a"), lifetime=timedelta(hours=1))


@pytest.fixture(scope="module")
def good(authority):
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.intermediate
    builder = Bench(authority, "modality").builder(key.public_key(), issuer)
    return builder.sign(issuer.key, hashes.SHA256())


@given(st.binary(max_size=70000))
def test_an_element_gives_its_content_back(content):
    assert flaws.content_of(flaws.element(0x30, content)) == content


@pytest.mark.parametrize(
    ("length", "header"), [(0, "3000"), (127, "307f"), (128, "308180"), (256, "30820100")]
)
def test_lengths_are_as_short_as_they_can_be(length, header):
    assert flaws.element(0x30, bytes(length)).hex().startswith(header)


def test_a_broken_signature_changes_nothing_else(authority, good):
    broken = flaws.with_broken_signature(good)

    assert broken.tbs_certificate_bytes == good.tbs_certificate_bytes
    with pytest.raises(InvalidSignature):
        broken.verify_directly_issued_by(authority.intermediate.certificate)


def test_a_signature_over_sha1_holds(authority, good):
    weak = flaws.signed_with_sha1(good, authority.intermediate.key)

    assert isinstance(weak.signature_hash_algorithm, hashes.SHA1)
    assert weak.serial_number == good.serial_number
    authority.intermediate.key.public_key().verify(
        weak.signature, weak.tbs_certificate_bytes, ec.ECDSA(weak.signature_hash_algorithm)
    )


def test_a_key_of_another_claims_the_public_key_and_is_none(good):
    pem = flaws.key_of_another(good.public_key())

    assert pem.startswith(b"-----BEGIN EC PRIVATE KEY-----\n")
    with pytest.raises(ValueError):
        serialization.load_pem_private_key(pem, None)
