from lab.evidence import Layer
from lab.probe import Answer
from lab.probes.sha1_certificate import sha1_certificate as probe

CLOSED = {"closed", "reset"}


def test_a_signature_over_sha1_is_refused(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert any(seen.layer is Layer.TLS or seen.code in CLOSED for seen in answered.evidence)
