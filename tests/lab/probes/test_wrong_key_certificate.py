from lab.probe import Answer
from lab.probes.wrong_key_certificate import wrong_key_certificate as probe


def test_a_certificate_without_its_key_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 51" in {seen.code for seen in answered.evidence}
