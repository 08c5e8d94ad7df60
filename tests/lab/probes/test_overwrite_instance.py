from lab.probe import Answer, Untold
from lab.probes.overwrite_instance import overwrite_instance as probe


def test_the_open_archive_replaces_an_image(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_the_hardened_archive_answers_0111h_and_keeps_the_first(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "0111H" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
