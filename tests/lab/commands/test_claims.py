"""Claims on the command line; the examples mean what they say on real archives."""

import json

import pytest

from lab import catalogue
from lab.claims.judging import Held, judge
from lab.claims.reading import read
from lab.report.assemble import assemble
from lab.run import run
from tests.lab.reports_by_hand import open_report


def test_claims_are_judged_and_written(pacslab, tmp_path):
    (tmp_path / "report.json").write_text(open_report().to_json())
    arguments = ["report", "claims", tmp_path / "report.json", "--claims"]
    result = pacslab(*arguments, "example:retired_tls", "--out", tmp_path / "claims.json")
    assert result.exit_code == 1
    assert "2 retired" in result.stdout
    assert len(json.loads((tmp_path / "claims.json").read_text())) == 4
    assert pacslab(*arguments, "example:none").exit_code == 2
    assert pacslab(*arguments, tmp_path / "absent.toml").exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("archive", "example", "never"),
    [
        ("wrong", "paper_tiger", {Held.CONFIRMED}),
        ("right", "hardened", {Held.CONTRADICTED, Held.UNCONFIRMED, Held.RETIRED}),
    ],
)
def test_the_examples_are_true_of_real_archives(request, archive, example, never):
    scene = request.getfixturevalue(archive)
    report = assemble(scene, run(scene), None, closed_by=catalogue.closed_by())
    entries = judge(read(f"example:{example}"), report)
    assert not [entry for entry in entries if entry.verdict in never]
    verdicts = {entry.verdict for entry in entries}
    assert Held.OUTSIDE in verdicts
    if archive == "wrong":
        assert Held.CONTRADICTED in verdicts
