"""The crew in this process: the same story as in tests/e2e/test_demo.py, one step at a time."""

from datetime import timedelta

import pytest

from lab.engines.process import ProcessEngine
from lab.probes import PROBES


def test_the_modality_fills_both_and_leaves_no_image_behind(filled_here, lab_here):
    planted = len(list(filled_here.answer_key.instances()))
    assert {which: sent.instances for which, sent in filled_here.sent.items()} == {
        "open": planted,
        "secure": planted,
    }
    assert filled_here.sent["secure"].tls == "TLSv1.3"
    assert filled_here.sent["open"].tls == ""
    assert not (lab_here.folder / "images").exists()


def test_the_workstation_works_on_the_hardened_one(here, filled_here):
    told = []
    worked = here.work(filled_here.answer_key, told.append)
    assert worked.found == worked.patients == 2
    assert worked.got.ok
    assert worked.moved.ok
    assert worked.moved.tls
    assert told == list(range(1, 2 * worked.got.expected + 1))


def test_the_stranger_takes_pictures_of_the_open_one_and_none_of_the_other(here, filled_here):
    shown, nothing = [], []
    leaked = here.measure("open", filled_here.answer_key, shown.append, lambda count: None)
    kept = here.measure("secure", filled_here.answer_key, nothing.append, lambda count: None)
    assert (leaked.text, kept.text) == ("L6+W", "L1")
    assert len(shown) == leaked.images_identical == leaked.images_planted
    assert nothing == []


@pytest.fixture(scope="module")
def unasked(tmp_path_factory, load, quiet):
    """A crew at archives that nobody has asked yet: who asks twice in a minute has to wait."""
    engine = ProcessEngine()
    running = engine.up(tmp_path_factory.mktemp("lab") / "lab", time_to_live=timedelta(minutes=10))
    crew = engine.crew(running)
    yield crew, crew.fill(load, quiet)
    engine.down(running)


@pytest.mark.parametrize("which", ["open", "secure"])
def test_questions_are_put_to_both_and_it_is_told_to_whom(unasked, which):
    crew, filled = unasked
    told = []
    scene, outcome = crew.ask(which, filled.answer_key, lambda *step: told.append(step))
    assert scene.name == which
    assert [found.probe for found in outcome.findings] == list(PROBES)
    for found in outcome.findings:
        leaks = which == "open" and not found.probe.built_in
        assert found.answered.answer == ("yes" if leaks else "no"), found
    assert [done for done, _, _ in told] == list(range(1, len(PROBES) + 1))
