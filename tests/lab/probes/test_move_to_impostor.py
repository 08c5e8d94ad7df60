from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.move_to_impostor import move_to_impostor as probe
from lab.scene import Peer


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_an_impostor_needs_a_certificate(right):
    scene = replace(right, stranger=Peer("STRANGER"))

    assert probe.ask(scene).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
