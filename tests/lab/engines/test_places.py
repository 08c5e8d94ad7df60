"""The lab's folder is private and lies where it is told to."""

import stat
import sys

import pytest

from lab.engines import places


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "state"))


def test_the_state_folder_is_where_the_variable_says(tmp_path):
    assert places.state_folder() == tmp_path / "state"
    assert places.lab_folder() == tmp_path / "state" / "lab"
    assert not places.lab_folder().exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its own rules for files")
def test_only_its_owner_may_enter():
    assert stat.S_IMODE(places.state_folder().stat().st_mode) == 0o700


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
