from lab.probe import Answer, Untold
from lab.probes.unknown_called_ae import unknown_called_ae as probe


def test_an_open_archive_answers_to_any_name(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_made_up_name_is_rejected_with_reason_7(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "rj 1/1/7" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
