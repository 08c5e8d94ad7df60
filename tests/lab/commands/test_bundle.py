"""The command may be left out where a folder is named; faults are one line."""

import pytest


@pytest.mark.parametrize("words", [["write"], []])
def test_a_folder_alone_is_written_to(pacslab, tmp_path, words):
    (tmp_path / "thesis.txt").write_text("years of work")

    result = pacslab("bundle", *words, str(tmp_path), "--engine", "process")

    assert result.exit_code == 2
    assert "is not empty: name a new folder for the bundle" in result.stderr


def test_options_may_come_first(pacslab, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    result = pacslab("bundle", "--engine", "process", str(tmp_path))

    assert "is not empty" in result.stderr


def test_what_is_no_bundle_is_not_loaded(pacslab, tmp_path):
    result = pacslab("bundle", "load", str(tmp_path))

    assert result.exit_code == 2
    assert "is no whole bundle" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_alone_it_explains_itself(pacslab):
    assert "load" in pacslab("bundle").output
