"""Each bad certificate is refused by a strict verifier, for its own reason and no other."""

import os
import re
import socket
import ssl
import stat
import threading
from datetime import timedelta

import pytest
from cryptography import x509

from lab import bad_certificates
from lab.bad_certificates import CASES, IHE_NAMES, Bench
from lab.pki import Authority, Usage

REASONS = {
    "corrupted": "signature failure",
    "expired": "has expired",
    "not_yet_valid": "not yet valid",
    "revoked": "revoked",
    "self_signed": "self-signed",
    "unknown_ca": "signature failure|local issuer|issuer certificate",
    "wrong_key": "bad signature|BAD_SIGNATURE",
    "wrong_key_usage": "[Uu]nsuitable|unsupported certificate purpose",
    "weak_rsa": "too weak",
    "sha1": "too weak",
    "missing_intermediate": "local issuer",
    "intermediate_without_ca": "invalid CA|basic constraints|[Ii]nvalid",
    "without_crl": "unable to get certificate CRL",
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.create(tmp_path_factory.mktemp("authority"), lifetime=timedelta(hours=1))


@pytest.fixture(scope="module")
def made(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    cases = bad_certificates.write_all(Bench(authority, "modality"), folder)
    authority.write_crl(folder.parent / "crl.pem")
    return cases


@pytest.fixture(scope="module")
def strict(authority, made, tmp_path_factory):
    """A server that verifies as hard as OpenSSL can."""
    folder = tmp_path_factory.mktemp("server")
    own = authority.issue("pacs-secure", folder, ae_title="X")
    crl = folder / "crl.pem"
    authority.write_crl(crl)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    context.load_cert_chain(own.certificate, own.key)
    context.load_verify_locations(own.trust)
    context.load_verify_locations(crl)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    return context


def _show(shown, context):
    """What the server makes of a client with this certificate; None if it has no objection."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    client.load_cert_chain(shown.certificate, shown.key)
    ours, theirs = socket.socketpair()
    heard = []

    def serve():
        try:
            with theirs, context.wrap_socket(theirs, server_side=True):
                heard.append(None)
        except OSError as error:
            heard.append(str(error))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ours, client.wrap_socket(ours) as tls:
            tls.recv(1)
    except OSError:
        pass
    thread.join(10)
    return heard[0]


@pytest.mark.parametrize("case", REASONS)
def test_a_strict_verifier_refuses_it_for_its_own_reason(made, strict, case):
    heard = _show(made[case], strict)

    assert heard is not None
    assert re.search(REASONS[case], heard), heard


def test_what_an_archive_must_not_refuse_is_accepted(made, strict):
    assert _show(made["wrong_name"], strict) is None
    assert [case.id for case in CASES if not case.to_archives] == ["wrong_name"]
    assert {case.id for case in CASES if case.to_archives} == set(REASONS)


def test_the_other_direction_has_the_other_usage(authority, tmp_path):
    case = bad_certificates.BY_ID["wrong_key_usage"]
    for usage, wrong in ((Usage.CALLS, Usage.LISTENS), (Usage.CALLS_AND_LISTENS, Usage.CALLS)):
        leaf = case.make(Bench(authority, "x", usage=usage)).chain[0]
        shown = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert tuple(shown) == wrong.value


def test_ihes_seven_cases_are_there_under_ihes_names():
    assert set(IHE_NAMES.values()) == {
        "corrupted",
        "expired",
        "revoked",
        "self-signed",
        "unknown CA",
        "without authentication",
        "wrong key",
    }


@pytest.mark.skipif(os.name != "posix", reason="rights are elsewhere on Windows")
def test_keys_are_for_their_owner_alone(made):
    assert {stat.S_IMODE(one.key.stat().st_mode) for one in made.values()} == {0o600}


def test_a_folder_of_cases_is_found_again(made):
    folder = made["expired"].certificate.parent.parent

    assert bad_certificates.load(folder) == made


def test_a_folder_that_is_no_case_is_named_with_a_suggestion(tmp_path):
    (tmp_path / "expird").mkdir()
    with pytest.raises(bad_certificates.UnknownCaseError, match="did you mean expired"):
        bad_certificates.load(tmp_path)
    (tmp_path / "expird").rename(tmp_path / "zzz")
    with pytest.raises(bad_certificates.UnknownCaseError, match="cases are corrupted"):
        bad_certificates.load(tmp_path)


def test_a_case_without_its_key_is_named(tmp_path):
    (tmp_path / "expired").mkdir()
    (tmp_path / "expired" / "certificate.pem").write_text("x")
    with pytest.raises(FileNotFoundError, match=r"expired: lacks key\.pem"):
        bad_certificates.load(tmp_path)
