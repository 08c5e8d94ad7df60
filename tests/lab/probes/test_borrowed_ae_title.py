from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.borrowed_ae_title import borrowed_ae_title as probe


def test_an_open_archive_believes_any_title(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_a_borrowed_title_is_rejected(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    # one code for either title (uniform_refusal), or a wait (refusal_budget)
    assert {"rj 1/1/1", "rj 2/3/2"} & {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}


def test_two_peers_are_needed(right):
    alone = replace(right, peers={"modality": right.peers["modality"]})

    assert probe.ask(alone).untold is Untold.NOT_TESTED
