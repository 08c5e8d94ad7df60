from lab.probe import Answer
from lab.probes.expired_certificate import expired_certificate as probe


def test_an_expired_certificate_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 45" in {seen.code for seen in answered.evidence}
