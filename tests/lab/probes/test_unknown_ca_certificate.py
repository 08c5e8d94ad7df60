from lab.probe import Answer
from lab.probes.unknown_ca_certificate import unknown_ca_certificate as probe


def test_a_self_made_certificate_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 48" in {seen.code for seen in answered.evidence}
