from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.move_beyond_scope import move_beyond_scope as probe


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_without_a_destination_the_question_is_not_asked(right):
    peers = {name: peer for name, peer in right.peers.items() if name != "workstation"}

    assert probe.ask(replace(right, peers=peers)).untold is Untold.NOT_TESTED


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
