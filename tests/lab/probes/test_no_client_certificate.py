from lab.probe import Answer
from lab.probes.no_client_certificate import no_client_certificate as probe


def test_a_missing_certificate_is_refused_after_the_handshake(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 116" in {seen.code for seen in answered.evidence}
