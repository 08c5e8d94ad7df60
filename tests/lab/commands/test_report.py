"""Forms, differences and breach records from files."""

import json

import pytest

from tests.lab.reports_by_hand import open_report, secure_report


@pytest.fixture
def place(tmp_path):
    (tmp_path / "before.json").write_text(open_report().to_json())
    (tmp_path / "after.json").write_text(secure_report().to_json())
    return tmp_path


@pytest.mark.parametrize("form", ["text", "html", "json", "junit", "sarif"])
def test_a_report_is_shown_in_each_form(pacslab, place, form):
    result = pacslab("report", "show", place / "before.json", "--as", form)
    assert result.exit_code == 0
    assert "list_patients" in result.stdout


def test_a_form_is_written_to_a_file(pacslab, place):
    out = place / "new" / "report.sarif"
    assert (
        pacslab("report", "show", place / "after.json", "--as", "sarif", "--out", out).exit_code
        == 0
    )
    assert json.loads(out.read_text())["version"] == "2.1.0"


def test_a_fix_closes_and_a_regression_breaks(pacslab, place):
    fixed = pacslab("report", "diff", place / "before.json", place / "after.json")
    assert fixed.exit_code == 0
    assert "4 closed" in fixed.stdout
    broke = pacslab("report", "diff", place / "after.json", place / "before.json")
    assert broke.exit_code == 1
    assert "4 broke" in broke.stdout


def test_a_breach_record_is_drafted(pacslab, place):
    result = pacslab(
        "report", "breach", place / "before.json", "--country", "DE", "--found", "2019-09-17"
    )
    assert result.exit_code == 0
    assert "| Country | DE |" in result.stdout
    assert "2019-09-17" in result.stdout


@pytest.mark.parametrize("command", ["show", "breach"])
def test_what_is_no_report_is_one_line(pacslab, place, command):
    (place / "bad.json").write_text("{")
    result = pacslab("report", command, place / "bad.json")
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert pacslab("report", command, place / "absent.json").exit_code == 2
