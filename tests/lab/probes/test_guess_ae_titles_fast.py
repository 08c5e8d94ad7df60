from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.guess_ae_titles_fast import guess_ae_titles_fast as probe
from pacs_secure.config import select


def test_the_open_archive_does(wrong):
    assert probe.ask(wrong).answer is Answer.YES


def test_titles_alone_may_be_guessed_for_ever(all_controls, hardened_with):
    titles = select(all_controls, only=["called_ae", "calling_ae"])

    assert probe.ask(hardened_with("titles", titles)).answer is Answer.YES


def test_a_budget_makes_the_guesser_wait_and_its_friends_do_not(all_controls, hardened_with):
    scene = hardened_with("budget", select(all_controls, only=["refusal_budget"]))
    with scene.target(scene.peers["modality"]).converse() as talk:
        assert talk.echo() == 0
    answered = probe.ask(scene)

    assert answered.answer is Answer.NO, answered
    assert "rj 2/3/2" in {seen.code for seen in answered.evidence}
    with scene.target(scene.peers["modality"]).converse() as talk:
        assert talk.echo() == 0


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.NOT_TESTED, Untold.UNCLEAR}


def test_who_is_refused_before_a_title_is_said_has_guessed_nothing(right):
    bare = {role: replace(one, certificate=None, key=None) for role, one in right.peers.items()}
    answered = probe.ask(replace(right, peers=bare))

    assert answered.answer is Answer.NO, answered
    assert not any("in a row" in seen.text for seen in answered.evidence)
