from lab.probe import Answer
from lab.probes.missing_intermediate_certificate import missing_intermediate_certificate as probe


def test_a_chain_with_a_gap_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 48" in {seen.code for seen in answered.evidence}
