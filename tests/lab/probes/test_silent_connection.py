from lab.probe import Answer, Untold
from lab.probes.silent_connection import silent_connection as probe


def test_the_open_archive_waits_for_silent_connections(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_silent_connections_are_ended_within_the_deadline(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}
