from lab.probe import Answer
from lab.probes.not_yet_valid_certificate import not_yet_valid_certificate as probe


def test_a_certificate_of_tomorrow_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 42" in {seen.code for seen in answered.evidence}
