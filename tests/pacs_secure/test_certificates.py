import datetime as dt
import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from pacs_open.errors import ConfigurationError
from pacs_secure import certificates

DAY = dt.timedelta(days=1)


def loaded(issued):
    return certificates.load_certificates(issued.certificate, "certificate")[0]


@pytest.mark.parametrize(
    ("shift", "fault"), [(0 * DAY, ""), (-2 * DAY, "not valid before"), (2 * DAY, "expired on")]
)
def test_dates_are_compared_with_now(shift, fault, clinic):
    now = dt.datetime.now(dt.UTC) + shift

    assert certificates.dates_fault(loaded(clinic.issue("mod")), now).startswith(fault)


def test_our_own_name_is_the_first_that_the_certificate_carries(clinic):
    assert certificates.own_name(clinic.issue("archive").certificate) == "archive"


def test_a_certificate_may_carry_no_name(clinic):
    assert certificates.own_name(clinic.trust) is None


def test_weak_keys_are_named(clinic, rsa_key):
    for key, fault in [
        (rsa_key(2048), ""),
        (rsa_key(1024), "RSA key of 1024 bits"),
        (ec.generate_private_key(ec.SECP256R1()), ""),
        (ec.generate_private_key(ec.SECP224R1()), "EC key of 224 bits"),
        (ed25519.Ed25519PrivateKey.generate(), "neither RSA nor EC"),
    ]:
        assert fault in certificates.strength_fault(loaded(clinic.issue("mod", key=key)))


def test_a_revocation_file_may_hold_several_lists(clinic, another_clinic, tmp_path):
    modality = clinic.issue("mod")
    both = tmp_path / "both"
    both.write_bytes(
        another_clinic.write_crl().read_bytes() + clinic.write_crl(modality).read_bytes()
    )

    crls = certificates.load_crls([both])

    assert len(crls) == 2
    assert certificates.revocation_fault(loaded(modality), crls) == "revoked"
    assert certificates.revocation_fault(loaded(clinic.issue("other")), crls) == ""


def test_no_list_means_that_revocation_is_not_checked(clinic):
    assert certificates.revocation_fault(loaded(clinic.issue("m")), ()) == ""


def test_our_own_pair_is_checked_before_it_is_used(clinic):
    archive = clinic.issue("archive")

    certificates.check_own(archive.certificate, archive.key)
    with pytest.raises(ConfigurationError, match="expired on"):
        certificates.check_own(archive.certificate, archive.key, dt.datetime.now(dt.UTC) + 9 * DAY)


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX thing")
@pytest.mark.parametrize(
    ("mode", "fine"), [(0o600, True), (0o640, True), (0o604, False), (0o666, False)]
)
def test_a_key_is_for_its_owner(mode, fine, clinic):
    archive = clinic.issue("archive")
    archive.key.chmod(mode)

    if fine:
        certificates.read_secret(archive.key, "key")
    else:
        with pytest.raises(ConfigurationError, match="chmod 600"):
            certificates.read_secret(archive.key, "key")
