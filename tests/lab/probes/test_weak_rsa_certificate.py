from lab.evidence import Layer
from lab.probe import Answer
from lab.probes.weak_rsa_certificate import weak_rsa_certificate as probe

CLOSED = {"closed", "reset"}


def test_a_weak_key_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert any(seen.layer is Layer.TLS or seen.code in CLOSED for seen in answered.evidence)
