"""What the probes of a family have in common, one row each; what is a probe's own is in its file."""

from dataclasses import replace

import pytest

from lab.probe import Answer, Untold
from lab.probes import PROBES
from lab.scene import Peer
from pacs_secure.config import select

BAD_CERTIFICATES = (
    "self_signed_certificate",
    "corrupted_certificate",
    "wrong_key_certificate",
    "expired_certificate",
    "not_yet_valid_certificate",
    "revoked_certificate",
    "without_crl_certificate",
    "wrong_key_usage_certificate",
    "weak_rsa_certificate",
    "sha1_certificate",
    "missing_intermediate_certificate",
    "intermediate_without_ca_certificate",
)
STRANGERS = ("no_client_certificate", "unknown_ca_certificate")
KINDS_OF_TLS = (
    "ssl_3_0",
    "tls_1_0",
    "tls_1_1",
    "null_cipher",
    "anonymous_suite",
    "static_rsa",
    "weak_cipher",
)
USERS = (
    "no_user_identity",
    "username_without_proof",
    "wrong_passcode",
    "forged_token",
    "unsigned_token",
    "confused_token",
    "expired_token",
    "foreign_token",
)
EVERY = (*BAD_CERTIFICATES, *STRANGERS, *KINDS_OF_TLS, *USERS)
BY_ID = {probe.id: probe for probe in PROBES}


@pytest.mark.parametrize("name", EVERY)
def test_an_open_archive_looks_at_none_of_it(name, wrong):
    answered = BY_ID[name].ask(wrong)

    assert answered.answer is Answer.YES, answered


@pytest.mark.parametrize("name", EVERY)
def test_an_archive_that_is_down_is_no_answer(name, down):
    answered = BY_ID[name].ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold is Untold.NOT_REACHED


@pytest.mark.parametrize("name", BAD_CERTIFICATES)
def test_tls_alone_refuses_a_bad_certificate(name, tls_alone):
    answered = BY_ID[name].ask(tls_alone)

    assert answered.answer is Answer.NO, answered


@pytest.mark.parametrize("name", BAD_CERTIFICATES)
def test_without_such_a_certificate_the_question_is_not_asked(name, right):
    nobody = replace(right, bad_certificates={}, stranger=Peer("STRANGER"))

    assert BY_ID[name].ask(nobody).untold is Untold.NOT_TESTED


@pytest.mark.parametrize("name", USERS)
def test_only_who_must_name_a_user_is_asked(name, all_controls, hardened_with):
    without = select(all_controls, without=["user_identity"])

    assert BY_ID[name].ask(hardened_with("without", without)).answer is Answer.YES
