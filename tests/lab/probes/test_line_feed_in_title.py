from lab.probe import Answer, Untold
from lab.probes.line_feed_in_title import line_feed_in_title as probe


def test_neither_archive_does(wrong, right):
    for scene in (wrong, right):
        answered = probe.ask(scene)
        assert answered.answer is Answer.NO, answered


def test_a_faulty_listener_does(accepting):
    answered = probe.ask(accepting)

    assert answered.answer is Answer.YES, answered


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
