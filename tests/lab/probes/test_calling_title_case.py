from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.calling_title_case import calling_title_case as probe
from lab.scene import Peer


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_a_title_without_letters_has_no_case(wrong):
    scene = replace(wrong, peers={"m": Peer("123", frozenset({"echo"}))})

    assert probe.ask(scene).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
