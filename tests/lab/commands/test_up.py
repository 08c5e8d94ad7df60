"""A place that cannot be written, or is not a lab's, is told and left as it is."""

import pytest

from lab.engines import places


@pytest.mark.parametrize("command", ["demo", "up"])
def test_what_cannot_be_written_is_one_helpful_line(pacslab, monkeypatch, tmp_path, command):
    (tmp_path / "file").write_text("in the way")
    place = tmp_path / "file" / "below"
    monkeypatch.setenv(places.VARIABLE, str(place))
    result = pacslab("demo", "--out", place) if command == "demo" else pacslab("up")
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert said.startswith(f"pacslab: cannot write to {tmp_path / 'file'}")
    assert said.endswith("Not a directory")
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "status", "down", "reset"])
def test_a_folder_that_is_not_a_labs_is_told_and_left_as_it_is(pacslab, command):
    places.lab_folder().mkdir(parents=True)
    mine = places.lab_folder() / "thesis.txt"
    mine.write_text("years of work")
    result = pacslab(command)
    assert result.exit_code == 2
    assert "is not a lab's folder; move it or set PACSLAB_STATE elsewhere" in result.stderr
    assert mine.read_text() == "years of work"
