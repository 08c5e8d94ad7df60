from lab.evidence import Layer
from lab.probe import Answer
from lab.probes.intermediate_without_ca_certificate import (
    intermediate_without_ca_certificate as probe,
)

CLOSED = {"closed", "reset"}


def test_a_device_is_no_authority(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert any(seen.layer is Layer.TLS or seen.code in CLOSED for seen in answered.evidence)
