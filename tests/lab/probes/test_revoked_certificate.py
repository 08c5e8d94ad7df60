from lab.probe import Answer
from lab.probes.revoked_certificate import revoked_certificate as probe


def test_a_revoked_certificate_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 44" in {seen.code for seen in answered.evidence}
