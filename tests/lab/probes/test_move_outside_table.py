from lab.probe import Answer, Untold
from lab.probes.move_outside_table import move_outside_table as probe


def test_the_open_archive_calls_a_title_nobody_entered(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_title_outside_the_table_is_answered_a801h(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "A801H" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
