from lab.probe import Answer
from lab.probes.wrong_key_usage_certificate import wrong_key_usage_certificate as probe


def test_a_certificate_for_servers_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 43" in {seen.code for seen in answered.evidence}
