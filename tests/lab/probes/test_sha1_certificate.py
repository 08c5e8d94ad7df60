from dataclasses import replace

from lab.evidence import Layer
from lab.probe import Answer, Untold
from lab.probes.sha1_certificate import sha1_certificate as probe

CLOSED = {"closed", "reset"}


def test_an_open_archive_looks_at_no_certificate(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_signature_over_sha1_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert any(seen.layer is Layer.TLS or seen.code in CLOSED for seen in answered.evidence)


def test_tls_alone_refuses_it(tls_alone):
    answered = probe.ask(tls_alone)

    assert answered.answer is Answer.NO, answered


def test_without_such_a_certificate_the_question_is_not_asked(right):
    answered = probe.ask(replace(right, bad_certificates={}))

    assert answered.untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
