import ssl
from dataclasses import replace

import pytest

from lab import revoking
from lab.probe import Answer, Untold
from lab.probes.resumed_after_revocation import resumed_after_revocation as probe
from lab.target import Door
from tests.lab.weak_servers import context, serving


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    monkeypatch.setattr(revoking, "KNOWN_WITHIN", 0.5)
    monkeypatch.setattr(revoking, "EFFECTIVE_WITHIN", 0.5)


@pytest.fixture
def ask_server(right, identities, tmp_path):
    """Ask a server that keeps its context, and is told of revocations or not."""
    crl = identities["pacs-secure"].trust.parent.parent / "crl.pem"

    def ask(*, version="TLSv1_2", told=True, serves=1000):
        made = context(tmp_path, identities["pacs-secure"], ciphers="DEFAULT", version=version)
        made.load_verify_locations(right.trust)
        made.verify_mode = ssl.CERT_REQUIRED
        served = []

        def serve(sock):
            with made.wrap_socket(sock, server_side=True) as tls:
                tls.recv(4096)
                served.append(tls)
                if len(served) <= serves:
                    tls.sendall(b"\x02")

        def revoke(shown):
            right.revoke(shown)
            if told:
                made.load_verify_locations(crl)
                made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF

        with serving(serve) as address:
            return probe.ask(replace(right, doors=(Door(*address, tls=True),), revoke=revoke))

    return ask


def test_in_plaintext_there_is_no_certificate_to_revoke(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_serves_nobody_who_was_revoked(tls_alone):
    answered = probe.ask(tls_alone)

    assert answered.answer is Answer.NO, answered
    said = " ".join(seen.text for seen in answered.evidence)
    assert "the session was a new one; the answer begins with 02" in said  # it was served before
    assert "a new session with it is refused" in said


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_server_that_loads_the_list_into_what_it_has_still_resumes(ask_server, version):
    answered = ask_server(version=version)

    assert answered.answer is Answer.YES, answered
    assert "a new session with it is refused" in " ".join(s.text for s in answered.evidence)
    assert "the session was resumed" in answered.evidence[-1].text


def test_who_does_not_answer_the_old_session_does_not_serve_it(ask_server):
    answered = ask_server(serves=1)

    assert answered.answer is Answer.NO, answered
    assert "the answer begins with nothing" in answered.evidence[-1].text


def test_a_revocation_that_no_new_session_meets_is_none(ask_server):
    answered = ask_server(told=False)

    assert answered.answer is Answer.YES, answered
    assert "in a new session, too" in answered.evidence[-1].text


def test_who_refuses_new_sessions_without_an_alert_refuses_them(ask_server):
    """An archive may shake hands and reject the association (``node_identity``)."""
    answered = ask_server(told=False, serves=1)

    assert answered.answer is Answer.NO, answered


@pytest.mark.parametrize("missing", ["issue", "revoke"])
def test_without_an_authority_the_question_is_not_asked(tls_alone, missing):
    assert probe.ask(replace(tls_alone, **{missing: None})).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    assert probe.ask(down).answer is Answer.UNKNOWN
