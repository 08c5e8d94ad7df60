"""The schema is JSON, one for each kind of report."""

import json

from tests.lab.reports_by_hand import open_report


def test_the_schema_is_json(pacslab):
    assert set(json.loads(pacslab("schema").stdout)) == {"pacslab-report/1", "pacslab-demo/1"}


def test_a_report_is_checked_against_it(pacslab, tmp_path):
    (tmp_path / "good.json").write_text(open_report().to_json())
    (tmp_path / "bad.json").write_text(open_report().to_json().replace('"host"', '"hosts"'))
    assert "is a pacslab-report/1" in pacslab("schema", "--check", tmp_path / "good.json").stdout
    bad = pacslab("schema", "--check", tmp_path / "bad.json")
    assert bad.exit_code == 2
    assert "target.host: Field required" in bad.stderr
