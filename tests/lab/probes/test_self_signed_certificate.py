from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.self_signed_certificate import self_signed_certificate as probe
from lab.scene import Peer


def test_an_open_archive_looks_at_no_certificate(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_self_signed_certificate_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 48" in {seen.code for seen in answered.evidence}


def test_tls_alone_refuses_it(tls_alone):
    answered = probe.ask(tls_alone)

    assert answered.answer is Answer.NO, answered


def test_without_such_a_certificate_the_question_is_not_asked(right):
    nobody = replace(right, bad_certificates={}, stranger=Peer("STRANGER"))

    assert probe.ask(nobody).untold is Untold.NOT_TESTED


def test_a_certificate_of_the_strangers_will_do(right):
    assert probe.ask(replace(right, bad_certificates={})).answer is Answer.NO


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
