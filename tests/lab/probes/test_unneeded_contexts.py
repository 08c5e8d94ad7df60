from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.unneeded_contexts import unneeded_contexts as probe


def test_the_open_archive_accepts_contexts_nobody_needs(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_contexts_that_a_peer_does_not_need_are_rejected(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}


def test_without_known_rights_nothing_is_unneeded(right):
    peers = {name: replace(peer, rights_known=False) for name, peer in right.peers.items()}

    assert probe.ask(replace(right, peers=peers)).untold is Untold.NOT_TESTED
