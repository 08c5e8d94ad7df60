import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lab.pki import self_made
from pacs_open.refusals import AssociationRejected, ConnectionDropped
from pacs_open.values import Certificate
from pacs_secure.controls.node_identity import NodeIdentity

MODALITY, RENEWED, WORKSTATION = (Certificate(text) for text in (b"modality", b"renewed", b"work"))
BOUND = {
    "MODALITY": [MODALITY.fingerprint, RENEWED.fingerprint],
    "WORKSTATION": [WORKSTATION.fingerprint],
    "RETIRED": [],
}


@pytest.mark.parametrize(
    ("calling", "certificate", "admitted"),
    [
        ("MODALITY", MODALITY, True),
        ("MODALITY", RENEWED, True),  # old and new side by side
        ("WORKSTATION", WORKSTATION, True),
        ("WORKSTATION", MODALITY, False),  # borrowed
        ("MODALITY", WORKSTATION, False),
        ("modality", MODALITY, False),
        ("MODALITY", None, False),  # no certificate, no name
        ("STRANGER", MODALITY, False),
        ("RETIRED", MODALITY, False),  # an empty list binds nobody
        ("", MODALITY, False),
        ("", None, False),
    ],
)
def test_a_name_belongs_to_its_certificates(
    *, calling, certificate, admitted, make_request, make_peer, no_books
):
    control = NodeIdentity(fingerprints=BOUND)
    request = make_request(calling, peer=make_peer(certificate))

    if admitted:
        control.admit(request, no_books)
        control.remain(request)
    else:
        with pytest.raises(ConnectionDropped):
            control.remain(request)
        with pytest.raises(AssociationRejected) as refused:
            control.admit(request, no_books)
        assert (refused.value.result, refused.value.source, refused.value.reason) == (1, 1, 3)


def test_without_settings_nobody_is_admitted(make_request, make_peer, no_books):
    with pytest.raises(AssociationRejected):
        NodeIdentity().admit(make_request(peer=make_peer(MODALITY)), no_books)


def test_a_fingerprint_may_be_written_as_openssl_prints_it(make_request, make_peer, no_books):
    digits = MODALITY.fingerprint.upper()
    printed = "sha256 Fingerprint=" + ":".join(digits[i : i + 2] for i in range(0, 64, 2))
    control = NodeIdentity(fingerprints={"MODALITY": [printed]})

    control.admit(make_request(peer=make_peer(MODALITY)), no_books)


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "a" * 63, "a" * 65, 5])
def test_what_is_no_fingerprint_is_an_error_in_the_settings(text):
    with pytest.raises(ValueError):
        NodeIdentity(fingerprints={"MODALITY": [text]})


def test_a_certificate_file_binds_as_its_fingerprint_does(
    tmp_path, make_request, make_peer, no_books
):
    device, other = (self_made(name, tmp_path / name) for name in ("device", "other"))
    control = NodeIdentity.model_validate(
        {"certificates": {"MODALITY": ["device/certificate.pem"]}}, context={"folder": tmp_path}
    )
    proven, borrowed = (Certificate(_der(one.certificate)) for one in (device, other))

    control.admit(make_request("MODALITY", peer=make_peer(proven)), no_books)
    for title, certificate in [("MODALITY", borrowed), ("WORKSTATION", proven)]:
        with pytest.raises(AssociationRejected):
            control.admit(make_request(title, peer=make_peer(certificate)), no_books)


def test_a_title_may_have_both_a_fingerprint_and_a_file(
    tmp_path, make_request, make_peer, no_books
):
    made = self_made("device", tmp_path)
    control = NodeIdentity(
        fingerprints={"MODALITY": [RENEWED.fingerprint]},
        certificates={"MODALITY": [str(made.certificate)]},
    )

    for certificate in (RENEWED, Certificate(_der(made.certificate))):
        control.admit(make_request("MODALITY", peer=make_peer(certificate)), no_books)


def test_a_certificate_file_that_is_none_is_an_error_in_the_settings(tmp_path):
    (tmp_path / "none.pem").write_text("no certificate")
    for file in ("absent.pem", "none.pem", 5):
        with pytest.raises(ValueError, match=r"certificate|string"):
            NodeIdentity.model_validate(
                {"certificates": {"MODALITY": [file]}}, context={"folder": tmp_path}
            )


def _der(pem):
    certificate = x509.load_pem_x509_certificate(pem.read_bytes())
    return certificate.public_bytes(Encoding.DER)
