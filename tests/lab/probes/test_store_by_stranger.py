from lab.probe import Answer, Untold
from lab.probes.store_by_stranger import store_by_stranger as probe


def test_the_open_archive_takes_a_strangers_image(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_the_hardened_archive_takes_no_strangers_image(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "alert 48" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
