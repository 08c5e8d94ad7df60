from lab.evidence import Layer
from lab.probe import Answer
from lab.probes.without_crl_certificate import without_crl_certificate as probe

CLOSED = {"closed", "reset"}


def test_without_a_revocation_list_nobody_is_served(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert any(seen.layer is Layer.TLS or seen.code in CLOSED for seen in answered.evidence)
