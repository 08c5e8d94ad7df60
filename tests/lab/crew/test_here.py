"""The crew in this process: the same story as in tests/e2e/test_demo.py, one step at a time."""

import io
from datetime import timedelta

import pytest
from rich.console import Console

from lab.crew import Load
from lab.engines.process import ProcessEngine
from lab.probes import PROBES
from lab.progress import Progress
from sample_images.size import Size

LOAD = Load(patients=2, seed=2019, size=Size.SMALL)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    engine = ProcessEngine()
    running = engine.up(tmp_path_factory.mktemp("lab") / "lab", time_to_live=timedelta(minutes=10))
    yield running
    engine.down(running)


@pytest.fixture(scope="module")
def crew(lab):
    return ProcessEngine().crew(lab)


@pytest.fixture(scope="module")
def filled(crew):
    return crew.fill(LOAD, Progress(Console(file=io.StringIO())))


def test_the_modality_fills_both_and_leaves_no_image_behind(filled, lab):
    planted = len(list(filled.answer_key.instances()))
    assert {which: sent.instances for which, sent in filled.sent.items()} == {
        "open": planted,
        "secure": planted,
    }
    assert filled.sent["secure"].tls == "TLSv1.3"
    assert filled.sent["open"].tls == ""
    assert not (lab.folder / "images").exists()


def test_the_workstation_works_on_the_hardened_one(crew, filled):
    told = []
    worked = crew.work(filled.answer_key, told.append)
    assert worked.found == worked.patients == 2
    assert worked.got.ok
    assert worked.moved.ok
    assert worked.moved.tls
    assert told == list(range(1, 2 * worked.got.expected + 1))


def test_the_stranger_takes_pictures_of_the_open_one_and_none_of_the_other(crew, filled):
    shown, nothing = [], []
    leaked = crew.measure("open", filled.answer_key, shown.append, lambda count: None)
    kept = crew.measure("secure", filled.answer_key, nothing.append, lambda count: None)
    assert (leaked.text, kept.text) == ("L6+W", "L1")
    assert len(shown) == leaked.images_identical == leaked.images_planted
    assert nothing == []


@pytest.mark.parametrize(("which", "answer"), [("open", "yes"), ("secure", "no")])
def test_questions_are_put_to_both_and_it_is_told_to_whom(crew, filled, which, answer):
    told = []
    scene, outcome = crew.ask(which, filled.answer_key, lambda *step: told.append(step))
    assert scene.name == which
    assert [found.probe for found in outcome.findings] == list(PROBES)
    assert {found.answered.answer for found in outcome.findings} == {answer}
    assert [done for done, _, _ in told] == list(range(1, len(PROBES) + 1))
