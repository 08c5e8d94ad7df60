from dataclasses import replace

import pytest

from lab import revoking
from lab.probe import Answer, Untold
from lab.probes.standing_after_revocation import standing_after_revocation as probe
from pacs_open.control import Control
from pacs_secure.controls.tls import Tls


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    monkeypatch.setattr(revoking, "KNOWN_WITHIN", 0.5)
    monkeypatch.setattr(revoking, "EFFECTIVE_WITHIN", 0.5)


def test_in_plaintext_there_is_no_certificate_to_revoke(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_aborts_who_was_revoked(tls_alone):
    answered = probe.ask(tls_alone)

    assert answered.answer is Answer.NO, answered
    told = [seen.code for seen in answered.evidence]
    assert "0000H" in told  # it was served before
    assert any(code.startswith("abort") for code in told), told


def test_an_archive_that_asks_only_who_comes_is_found(all_controls, hardened_with):
    class AsksOnce(Tls):
        remain = Control.remain

    tls = next(control for control in all_controls if isinstance(control, Tls))
    answered = probe.ask(hardened_with("asks-once", [AsksOnce(**dict(tls))]))

    assert answered.answer is Answer.YES, answered
    assert "is served on" in answered.evidence[-1].text


def test_a_revocation_that_nobody_hears_of_is_none(tls_alone):
    answered = probe.ask(replace(tls_alone, revoke=lambda shown: None))

    assert answered.answer is Answer.YES, answered
    assert "in a new session, too" in answered.evidence[-1].text


def test_who_is_never_served_is_refused(right):
    """``node_identity`` knows the certificate of the modality, and not the one of the moment."""
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


@pytest.mark.parametrize("missing", ["issue", "revoke"])
def test_without_an_authority_the_question_is_not_asked(tls_alone, missing):
    assert probe.ask(replace(tls_alone, **{missing: None})).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    assert probe.ask(down).answer is Answer.UNKNOWN
