from lab.probe import Answer, Untold
from lab.probes.ae_title_oracle import ae_title_oracle as probe
from lab.scene import Scene
from pacs_secure.config import select


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_the_hardened_archive_does_not(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_two_titles_checked_without_one_answer_for_both_are_told_apart(all_controls, hardened_with):
    scene: Scene = hardened_with("titles", select(all_controls, only=["called_ae", "calling_ae"]))
    answered = probe.ask(scene)

    assert answered.answer is Answer.YES, answered
    assert {"rj 1/1/7", "rj 1/1/3"} <= {seen.code for seen in answered.evidence}


def test_who_has_to_wait_learns_nothing(all_controls, hardened_with):
    scene = hardened_with("held", select(all_controls, only=["refusal_budget"]))
    answers = [probe.ask(scene) for _ in range(scene.refusals // 2 + 1)]

    assert answers[0].answer is Answer.YES
    assert answers[-1].untold is Untold.UNCLEAR


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}
