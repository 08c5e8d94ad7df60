"""The keeper ends a lab when its time is over, and one whose maker died; no other."""

from datetime import UTC, datetime, timedelta

import pytest

from lab.engines import EngineError, claim, keeper
from lab.engines.keeper import is_over, keep
from lab.engines.processes import StartedProcess
from lab.engines.record import Lab

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DEAD = StartedProcess(pid=StartedProcess.this().pid, started=0.0)


def _lab(folder, *, until, raised_by=None, ready=True, bound=False):
    return Lab(
        engine="process",
        folder=folder,
        since=NOW,
        until=until,
        raised_by=raised_by or StartedProcess.this(),
        ready=ready,
        bound=bound,
    )


RAISING = {"ready": False}
BOUND = {"bound": True}


@pytest.mark.parametrize(
    ("left", "kind", "maker", "over"),
    [
        (timedelta(seconds=1), {}, None, False),
        (timedelta(0), {}, None, True),
        (timedelta(hours=-1), {}, None, True),
        (timedelta(hours=1), {}, DEAD, False),
        (timedelta(hours=1), BOUND, DEAD, True),
        (timedelta(hours=1), BOUND, None, False),
        (timedelta(hours=1), RAISING, DEAD, True),
        (timedelta(hours=1), RAISING, None, False),
    ],
)
def test_when_a_lab_is_over(left, kind, maker, over, tmp_path):
    lab = _lab(tmp_path, until=NOW + left, raised_by=maker, **kind)
    assert is_over(lab, NOW) is over


def test_a_lab_whose_time_is_over_is_removed_with_its_keys(tmp_path):
    folder = tmp_path / "lab"
    assert claim.put(_lab(folder, until=NOW - timedelta(hours=1)))
    (folder / "key.pem").write_text("a key")
    keep(folder)
    assert not folder.exists()


class Engine:
    """Counts what it is asked, and answers as it is told."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.asked = []

    def watch(self, lab):
        self._answer("watch", lab)

    def down(self, lab):
        self._answer("down", lab)
        claim.remove(lab)

    def _answer(self, what, lab):
        self.asked.append(what)
        answer = self.answers.pop(0) if self.answers else None
        if answer == "over":
            lab.but(until=NOW)
        elif answer is not None:
            raise answer


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """Keep a lab with an engine that answers like this; what the engine was asked."""

    def run(*answers, until=NOW + timedelta(days=3650)):
        engine = Engine(answers)
        assert claim.put(_lab(tmp_path / "lab", until=until))
        monkeypatch.setattr(keeper, "engine_of", lambda _lab: engine)
        for name in ("LOOK_EVERY", "WATCH_EVERY", "TRY_AGAIN_AFTER"):
            monkeypatch.setattr(keeper, name, 0.01)
        keep(tmp_path / "lab")
        return engine.asked

    return run


def test_the_engine_is_asked_again_and_again_whether_the_lab_may_go_on(watched):
    assert watched(None, None, "over") == ["watch", "watch", "watch", "down"]


def test_an_engine_that_does_not_answer_is_asked_again(watched, capsys):
    assert watched(EngineError("away"), "over") == ["watch", "watch", "down"]
    assert "away" in capsys.readouterr().err


def test_a_lab_that_could_not_be_stopped_is_stopped_again(watched, capsys):
    asked = watched(EngineError("away"), EngineError("away"), until=NOW)
    assert asked == ["down", "down", "down"]
    assert capsys.readouterr().err.count("away") == 2


def test_without_a_lab_there_is_nothing_to_keep(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    keep(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"
