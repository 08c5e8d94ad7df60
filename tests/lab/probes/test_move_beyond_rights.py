from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.move_beyond_rights import move_beyond_rights as probe


def test_a_modality_moves_an_image_out_of_the_open_archive(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_modality_that_may_not_move_moves_nothing(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "context 1" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}


def test_without_a_destination_the_question_is_not_asked(right):
    peers = {name: peer for name, peer in right.peers.items() if name != "workstation"}

    assert probe.ask(replace(right, peers=peers)).untold is Untold.NOT_TESTED
