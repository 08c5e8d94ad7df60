from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.called_title_case import called_title_case as probe


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_a_title_without_letters_has_no_case(wrong):
    scene = replace(wrong, ae_title="123")

    assert probe.ask(scene).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
