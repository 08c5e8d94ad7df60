"""The lab's certificates: each good one is accepted, each bad one refused, for its own reason."""

import os
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from lab import pki


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return pki.Authority.create(tmp_path_factory.mktemp("authority"), lifetime=timedelta(hours=8))


@pytest.fixture(scope="module")
def archive(authority, tmp_path_factory):
    return authority.issue("pacs-secure", tmp_path_factory.mktemp("pacs"), ae_title="PACS-SECURE")


def _server_context(authority, archive, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(archive.trust))
    context.load_cert_chain(archive.certificate, archive.key)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.write_crl(tmp_path / "crl.pem")
    context.load_verify_locations(cafile=str(tmp_path / "crl.pem"))
    context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    return context


def _shake_hands(server_context, client, trust, server_hostname="127.0.0.1"):
    """Greet over TLS; return what the server made of the client, raise what stopped it."""
    client_context = ssl.create_default_context(cafile=str(trust))
    client_context.load_cert_chain(client.certificate, client.key)
    ours, theirs = socket.socketpair()
    heard = []

    def serve():
        try:
            with theirs, server_context.wrap_socket(theirs, server_side=True) as tls:
                tls.sendall(b"welcome")
                heard.append("served")
        except OSError as error:
            heard.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ours, client_context.wrap_socket(ours, server_hostname=server_hostname) as tls:
            tls.recv(7)
    except OSError as error:
        heard.append(error)
    finally:
        thread.join(10)
    for found in heard:
        if isinstance(found, ssl.SSLCertVerificationError):
            raise found
    return heard[0]


def test_a_certificate_of_the_authority_is_accepted_by_both_sides(authority, archive, tmp_path):
    modality = authority.issue(
        "modality", tmp_path / "m", ae_title="MODALITY", usage=pki.Usage.CALLS
    )
    context = _server_context(authority, archive, tmp_path)
    assert _shake_hands(context, modality, modality.trust) == "served"
    assert (
        _shake_hands(context, modality, modality.trust, "pacs-secure.pacslab.internal") == "served"
    )


def test_a_server_under_another_name_is_refused_by_the_client(authority, archive, tmp_path):
    modality = authority.issue("modality", tmp_path / "m", ae_title="MODALITY")
    context = _server_context(authority, archive, tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"[Hh]ostname"):
        _shake_hands(context, modality, modality.trust, "elsewhere.pacslab.internal")


def _bad(kind, authority, directory):
    if kind == "self-made":
        return pki.self_made("stranger", directory)
    identity = authority.issue("modality", directory, ae_title="MODALITY")
    authority.revoke(identity)
    return identity


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("revoked", "certificate revoked"),
        ("self-made", "self-signed certificate"),
    ],
)
def test_a_bad_certificate_is_refused_for_its_own_reason(
    kind, reason, authority, archive, tmp_path
):
    bad = _bad(kind, authority, tmp_path / "bad")
    context = _server_context(authority, archive, tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        _shake_hands(context, bad, archive.trust)


def test_revoking_one_certificate_keeps_the_earlier_ones_revoked(tmp_path):
    authority = pki.Authority.create(tmp_path / "authority", lifetime=timedelta(hours=1))
    for name in ("first", "second"):
        authority.revoke(authority.issue(name, tmp_path / name, ae_title="X"))
    reopened = pki.Authority.load(tmp_path / "authority")
    reopened.write_crl(tmp_path / "crl.pem")
    crl = x509.load_pem_x509_crl((tmp_path / "crl.pem").read_bytes())
    assert len(list(crl)) == 2


def test_one_archive_can_be_told_of_a_revocation_that_no_other_is_told_of(tmp_path):
    authority = pki.Authority.create(tmp_path / "authority", lifetime=timedelta(hours=1))
    authority.revoke(authority.issue("first", tmp_path / "first", ae_title="X"))
    lists = {name: tmp_path / f"{name}.pem" for name in ("told", "other")}
    for path in lists.values():
        authority.write_crl(path)
    for name in ("second", "third"):
        issued = authority.issue(name, tmp_path / name, ae_title="X").certificate
        leaf = x509.load_pem_x509_certificate(issued.read_bytes())
        authority.add_to_crl(lists["told"], leaf)

    found = {name: x509.load_pem_x509_crl(path.read_bytes()) for name, path in lists.items()}
    assert {name: len(list(crl)) for name, crl in found.items()} == {"told": 3, "other": 1}
    assert found["told"].get_revoked_certificate_by_serial_number(leaf.serial_number)
    assert lists["told"].read_bytes().count(b"BEGIN X509 CRL") == 2  # the root's, too


def test_certificates_live_as_long_as_the_lab_and_little_more(tmp_path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    authority = pki.Authority.create(tmp_path / "a", lifetime=timedelta(hours=8), now=now)
    identity = authority.issue("modality", tmp_path / "m", ae_title="MODALITY")
    certificate = x509.load_pem_x509_certificate(identity.certificate.read_bytes())
    assert certificate.not_valid_after_utc == now + timedelta(hours=9)
    assert certificate.not_valid_before_utc == now - timedelta(hours=1)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps its own rules for files")
def test_keys_are_for_their_owner_alone(tmp_path):
    authority = pki.Authority.create(tmp_path / "a", lifetime=timedelta(hours=8))
    identity = authority.issue("modality", tmp_path / "m", ae_title="MODALITY")
    stranger = pki.self_made("stranger", tmp_path / "s")
    keys = [identity.key, stranger.key, *(tmp_path / "a").glob("*-key.pem")]
    assert len(keys) == 4
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    folders = {tmp_path / "a", tmp_path / "m", tmp_path / "s"}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_the_fingerprint_is_the_sha256_of_the_der_certificate(authority, tmp_path):
    identity = authority.issue("modality", tmp_path / "m", ae_title="MODALITY")
    certificate = x509.load_pem_x509_certificate(identity.certificate.read_bytes())
    assert (
        identity.fingerprint == certificate.fingerprint(certificate.signature_hash_algorithm).hex()
    )
    assert pki.Identity.load("modality", tmp_path / "m", ae_title="MODALITY") == identity
