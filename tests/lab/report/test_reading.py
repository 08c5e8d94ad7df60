"""A report is read back as it was written; what is none is told in one line."""

import pytest

from lab.errors import WrongUseError
from lab.report.reading import check, read


@pytest.fixture
def files(reports, tmp_path):
    (tmp_path / "demo.json").write_text(reports["shown"].to_json())
    (tmp_path / "one.json").write_text(reports["shown"].secure.to_json())
    return tmp_path


def test_a_report_is_read_back(files, reports):
    assert read(str(files / "one.json")) == reports["shown"].secure


def test_of_a_demo_one_archive_is_taken(files, reports):
    assert read(str(files / "demo.json#open")) == reports["shown"].open
    assert read(f"{files / 'demo.json'}") == reports["shown"].secure
    with pytest.raises(WrongUseError, match="no 'third'"):
        read(str(files / "demo.json#third"))


def test_a_file_is_checked_against_its_schema(files):
    assert check(files / "demo.json") == "pacslab-demo/1"
    assert check(files / "one.json") == "pacslab-report/1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"schema": ', "no JSON: line 1"),
        (b"\xff\xfe", "no JSON text"),
        (b"[]", "no such report: the whole"),
        (b'{"schema": "pacslab-report/2"}', "schema"),
        (b'{"schema": "pacslab-demo/1"}', "open: Field required"),
        (b"[" * 200_000, "no JSON"),
    ],
)
def test_what_is_no_report_is_told(tmp_path, content, said):
    (tmp_path / "report.json").write_bytes(content)
    with pytest.raises(WrongUseError, match=said):
        read(str(tmp_path / "report.json"))


def test_a_file_of_many_bytes_is_not_read(tmp_path):
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(WrongUseError, match="too large"):
        read(str(tmp_path / "huge"))


def test_a_file_made_to_attack_a_terminal_is_harmless(reports, tmp_path):
    report = reports["shown"].secure
    evil = report.model_copy(
        update={"target": report.target.model_copy(update={"name": "\x1b[2J\x9b31m\u202eevil"})}
    )
    (tmp_path / "evil.json").write_text(evil.to_json())
    name = read(str(tmp_path / "evil.json")).target.name
    assert name == r"\x1b[2J\x9b31m\u202eevil"
