import sys
from dataclasses import replace

from lab.probe import Answer, Untold
from lab.probes.overwrite_instance import overwrite_instance as probe

MODULE = "lab.probes.overwrite_instance"
"""Its name leads to the probe, which is called the same."""


def test_the_open_archive_replaces_an_image(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_the_hardened_archive_answers_0111h_and_keeps_the_first(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered
    assert "0111H" in {seen.code for seen in answered.evidence}


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}


def test_where_nobody_can_fetch_it_the_status_counts(wrong):
    peers = {"modality": wrong.peers["modality"]}
    answered = probe.ask(replace(wrong, peers=peers))

    assert answered.answer is Answer.YES
    assert "could not be looked at" in answered.evidence[-1].text


def test_what_is_kept_counts_whatever_the_status_says(wrong, monkeypatch):
    monkeypatch.setattr(sys.modules[MODULE], "_kept", lambda *_of: b"the first")
    answered = probe.ask(wrong)

    assert answered.answer is Answer.NO
    assert "still delivers the first" in answered.evidence[-1].text


def test_without_a_first_image_nothing_can_be_replaced(right):
    peer = replace(right.peers["workstation"], may=frozenset({"store"}))
    answered = probe.ask(replace(right, peers={"workstation": peer}))

    assert answered.untold is Untold.UNCLEAR
