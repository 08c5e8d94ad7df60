from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.oversized_message import oversized_message as probe


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_answers_a700h(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "A700H" in {seen.code for seen in answered.evidence}


def test_what_is_too_much_for_us_is_not_asked(right):
    assert probe.ask(replace(right, largest_message=1 << 40)).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
