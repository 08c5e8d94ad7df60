from lab.probe import Answer, Untold
from lab.probes.plaintext_on_tls_port import plaintext_on_tls_port as probe


def test_a_plaintext_port_serves_in_plaintext(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_tls_port_serves_nobody_in_plaintext(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
