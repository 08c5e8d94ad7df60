"""The second table, from a process of its own."""

import os

import pytest

from lab.engines import EngineError
from lab.engines.ablation import Ablation, processes
from lab.matrix import rogue
from lab.probe import Answer


@pytest.fixture
def ablation(tmp_path):
    return Ablation(tmp_path / "lab", processes())


def test_our_own_devices_take_the_good_archive_and_no_other(ablation):
    found = rogue.fill(ablation)

    assert found.served
    assert not found.fooled_by
    assert {found.cells[found.good][column] for column in found.columns} == {Answer.YES}
    assert {found.cells[row][found.columns[0]] for row in found.rows if row != found.good} == {
        Answer.NO
    }
    assert set(found.words) == set(found.rows)


def test_who_ends_before_all_is_answered_has_answered_nothing(ablation, monkeypatch):
    monkeypatch.setattr(rogue, "work", _die)

    with pytest.raises(EngineError, match="rogue"):
        rogue.fill(ablation)


def _die(*_):
    os._exit(1)
