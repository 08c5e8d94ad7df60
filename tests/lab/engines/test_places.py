"""The lab's folder lies where it is told to."""

import sys
from pathlib import Path

import pytest

from lab.engines import places

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "state"))


def test_the_state_folder_is_where_the_variable_says(tmp_path):
    assert places.state_folder() == tmp_path / "state"
    assert places.lab_folder().parent == tmp_path / "state"


def test_looking_makes_nothing(tmp_path):
    assert places.lab_folder()
    assert not list(tmp_path.iterdir())


def test_the_labs_folder_has_a_name_that_no_folder_of_the_checkout_has(monkeypatch):
    monkeypatch.setenv(places.VARIABLE, str(CHECKOUT))
    assert not places.lab_folder().exists()


def test_a_relative_place_is_the_same_from_everywhere(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, "here")
    monkeypatch.chdir(tmp_path)
    assert places.state_folder() == tmp_path / "here"


def test_an_empty_variable_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, "")
    monkeypatch.chdir(tmp_path)
    assert places.state_folder().parent != tmp_path


def test_without_the_variable_it_is_the_place_of_the_system(monkeypatch, tmp_path):
    monkeypatch.delenv(places.VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert places.state_folder() == tmp_path / "xdg" / "pacslab"


def test_a_temporary_folder_has_a_name_that_nobody_guesses():
    assert places.temporary_folder() != places.temporary_folder()
    assert not places.temporary_folder().exists()


def test_there_is_room_somewhere(tmp_path):
    assert places.room_in(tmp_path) > 0


def test_the_usual_place_is_where_nothing_puts_it_elsewhere(monkeypatch):
    assert places.lab_folder() != places.usual_lab_folder()
    monkeypatch.delenv(places.VARIABLE)
    assert places.lab_folder() == places.usual_lab_folder()
