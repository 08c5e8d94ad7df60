from lab.probe import Answer, Untold
from lab.probes.malformed_uid import malformed_uid as probe


def test_the_open_archive_stores_under_a_name_that_is_no_uid(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_malformed_uid_is_answered_0117h(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "0117H" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
