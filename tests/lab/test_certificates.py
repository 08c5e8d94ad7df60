"""What the lab's certificates say of themselves (RFC 5280)."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from lab import certificates

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALIDITY = (NOW, NOW + timedelta(hours=8))


def _device(usage):
    root = certificates.authority_certificate("root", None, VALIDITY)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = certificates.begin(certificates.subject("ct"), key.public_key(), VALIDITY, root)
    names = [x509.DNSName("ct.pacslab.internal")]
    return certificates.describe_device(builder, usage, names).sign(root.key, hashes.SHA256())


def test_a_root_may_have_one_authority_below_it_and_that_one_none():
    root = certificates.authority_certificate("root", None, VALIDITY)
    below = certificates.authority_certificate("intermediate", root, VALIDITY)
    lengths = [
        signer.certificate.extensions.get_extension_for_class(
            x509.BasicConstraints
        ).value.path_length
        for signer in (root, below)
    ]
    assert lengths == [1, 0]
    below.certificate.verify_directly_issued_by(root.certificate)


def test_a_device_signs_no_certificates():
    extensions = _device(certificates.Usage.CALLS).extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_a_device_that_only_calls_cannot_play_the_archive():
    server = ExtendedKeyUsageOID.SERVER_AUTH
    calls = _device(certificates.Usage.CALLS).extensions
    listens = _device(certificates.Usage.CALLS_AND_LISTENS).extensions
    assert server not in calls.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert server in listens.get_extension_for_class(x509.ExtendedKeyUsage).value


def test_a_revocation_list_lasts_as_long_as_its_signer():
    root = certificates.authority_certificate("root", None, VALIDITY)
    crl = x509.load_pem_x509_crl(certificates.revocation_list(root, [7]))
    assert crl.next_update_utc == root.certificate.not_valid_after_utc
    assert crl.get_revoked_certificate_by_serial_number(7) is not None
    assert crl.get_revoked_certificate_by_serial_number(8) is None
