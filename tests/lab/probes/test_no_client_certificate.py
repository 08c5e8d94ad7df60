from lab.probe import Answer, Untold
from lab.probes.no_client_certificate import no_client_certificate as probe


def test_an_open_archive_asks_for_no_certificate(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_missing_certificate_is_refused_after_the_handshake(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 116" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
