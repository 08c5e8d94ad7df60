from dataclasses import replace

from lab.probe import Answer
from lab.probes.self_signed_certificate import self_signed_certificate as probe


def test_a_self_signed_certificate_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 48" in {seen.code for seen in answered.evidence}


def test_a_certificate_of_the_strangers_will_do(right):
    assert probe.ask(replace(right, bad_certificates={})).answer is Answer.NO
