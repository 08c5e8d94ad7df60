from lab.probe import Answer, Untold
from lab.probes.move_to_stranger import move_to_stranger as probe


def test_the_open_archive_calls_the_stranger_back(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_the_hardened_archive_calls_no_stranger(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 48" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
