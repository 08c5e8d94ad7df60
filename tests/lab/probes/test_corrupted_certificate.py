from lab.probe import Answer
from lab.probes.corrupted_certificate import corrupted_certificate as probe


def test_a_damaged_signature_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 51" in {seen.code for seen in answered.evidence}
