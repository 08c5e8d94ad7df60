"""One column from start to end, and what becomes of one that cannot be asked."""

import os

import pytest

from lab.engines import EngineError
from lab.engines.ablation import Ablation, processes
from lab.matrix import asking
from lab.matrix.asking import ask
from lab.matrix.columns import Column
from lab.probe import Answer
from lab.scenes import make_stranger


@pytest.fixture(scope="module")
def ablation(tmp_path_factory):
    made = Ablation(tmp_path_factory.mktemp("ablation"), processes(("lab.matrix.asking",)))
    make_stranger(made.lab)
    return made


def test_a_column_is_asked_by_a_process_of_its_own(ablation):
    told = []
    column = Column("only called_ae", ("called_ae",), only=("called_ae",))
    asked = ask(ablation, column, ("unknown_called_ae", "unknown_calling_ae"), told.append)

    assert asked.served
    assert asked.answers["unknown_called_ae"].answer is Answer.NO
    assert asked.answers["unknown_calling_ae"].answer is Answer.YES
    assert sorted(told) == ["unknown_called_ae", "unknown_calling_ae"]
    assert asked.took["unknown_called_ae"] > 0


def test_an_archive_with_other_controls_than_planned_is_not_asked(ablation):
    column = Column("only audit", ("audit", "tls"), only=("audit",))

    with pytest.raises(EngineError, match="only audit: has"):
        ask(ablation, column, (), lambda _: None)


def test_who_ends_before_all_is_answered_has_answered_nothing(ablation, monkeypatch):
    monkeypatch.setattr(asking, "work", _die)

    with pytest.raises(EngineError, match="ended before all was answered"):
        ask(ablation, Column("open", ()), ("unknown_called_ae",), lambda _: None)


def _die(*_):
    os._exit(1)
