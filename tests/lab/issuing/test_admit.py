from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.issuing.admit import AdmissionError, admit, dismiss, withdraw
from lab.newcomer import Newcomer
from lab.pki import Authority, self_made
from pacs_secure import admissions, certificates

PEM = serialization.Encoding.PEM


@pytest.fixture
def authority(tmp_path):
    return Authority.create(tmp_path / "authority", lifetime=timedelta(hours=1))


@pytest.fixture
def request_pem():
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(PEM).decode()


def revoked(authority, path):
    authority.write_crl(path)
    return certificates.revoked_serials(certificates.load_crls([path]))


def test_a_request_becomes_a_certificate_and_an_admission(authority, tmp_path, request_pem):
    newcomer = Newcomer(name="orthanc", ae_title="ORTHANC", request=request_pem)

    pem = admit(authority, tmp_path / "admitted", newcomer)

    leaf = x509.load_pem_x509_certificate(pem.encode())
    assert authority.has_issued(leaf)
    assert pem.count("BEGIN CERTIFICATE") == 2
    assert admissions.read(tmp_path / "admitted")["orthanc"].ae_title == "ORTHANC"
    assert (tmp_path / "admitted" / "orthanc.pem").read_text() == pem


def test_who_is_dismissed_is_on_the_list_and_nowhere_else(authority, tmp_path, request_pem):
    newcomer = Newcomer(name="orthanc", ae_title="ORTHANC", request=request_pem)
    pem = admit(authority, tmp_path / "admitted", newcomer)

    dismiss(authority, tmp_path / "admitted", "orthanc", tmp_path / "crl", {})

    serial = x509.load_pem_x509_certificate(pem.encode()).serial_number
    assert revoked(authority, tmp_path / "crl") == {f"{serial:x}"}
    assert list((tmp_path / "admitted").iterdir()) == []


def test_a_certificate_of_its_own_is_taken_and_needs_no_list(authority, tmp_path):
    own = self_made("console", tmp_path / "console").certificate.read_text()
    newcomer = Newcomer(name="console", ae_title="CONSOLE", certificate=own)

    assert admit(authority, tmp_path / "admitted", newcomer) == own
    assert admissions.read(tmp_path / "admitted")["console"].by_itself
    dismiss(authority, tmp_path / "admitted", "console", tmp_path / "crl", {})
    assert revoked(authority, tmp_path / "crl") == frozenset()


def test_one_of_the_labs_own_devices_is_revoked(authority, tmp_path):
    device = authority.issue("modality", tmp_path / "modality", ae_title="MODALITY")
    own = {"modality": device.certificate.read_bytes()}

    dismiss(authority, tmp_path / "admitted", "modality", tmp_path / "crl", own)

    assert len(revoked(authority, tmp_path / "crl")) == 1


def test_what_cannot_be_is_refused_in_one_line(authority, tmp_path, request_pem):
    folder = tmp_path / "admitted"
    newcomer = Newcomer(name="orthanc", ae_title="ORTHANC", request=request_pem)
    admit(authority, folder, newcomer)
    with pytest.raises(AdmissionError, match="admitted already; revoke it first"):
        admit(authority, folder, newcomer)
    for wrong in ({"request": "nonsense"}, {"certificate": "nonsense"}):
        with pytest.raises(AdmissionError, match="other cannot be admitted"):
            admit(authority, folder, Newcomer(name="other", ae_title="OTHER", **wrong))
    with pytest.raises(AdmissionError, match="nobody is called x; there are modality, orthanc"):
        dismiss(authority, folder, "x", tmp_path / "crl", {"modality": b""})
    assert list(admissions.read(folder)) == ["orthanc"]

    withdraw(folder, "orthanc")
    withdraw(folder, "orthanc")
    assert admissions.read(folder) == {}
