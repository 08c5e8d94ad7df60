"""Both statements are printed or written."""

import pytest


@pytest.mark.parametrize("archive", ["open", "secure"])
def test_a_statement_is_printed(pacslab, archive):
    result = pacslab("conformance", archive)
    assert result.exit_code == 0
    assert f"pacs-{archive}" in result.stdout


def test_a_statement_is_written(pacslab, tmp_path):
    assert pacslab("conformance", "open", "--out", tmp_path / "open.md").exit_code == 0
    assert "SOP classes" in (tmp_path / "open.md").read_text()


def test_wrong_use_is_one_line(pacslab, tmp_path):
    assert pacslab("conformance", "closed").exit_code == 2
    result = pacslab("conformance", "open", "--config", tmp_path / "absent.toml")
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
