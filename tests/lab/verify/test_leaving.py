"""What a visit leaves, and the code it ends with."""

import json

import pytest

from lab.errors import WrongUseError
from lab.evidence_pack.checking import check
from lab.transcript import Transcript
from lab.verdict import ExitCode
from lab.verify.leaving import exit_code, leave, wanted
from tests.lab.reports_by_hand import open_report, secure_report


def test_every_form_that_was_asked_for_is_left(tmp_path):
    asked = wanted(
        claims="example:retired_tls",
        junit=tmp_path / "ci" / "junit.xml",
        sarif=tmp_path / "ci" / "pacs.sarif",
        pack=tmp_path / "evidence.zip",
    )
    report = leave(open_report(), Transcript(), tmp_path / "out", asked)
    assert len(report.claims) == 4
    assert {"report.json", "report.html", "transcript.txt"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert "<testsuite" in (tmp_path / "ci" / "junit.xml").read_text()
    assert json.loads((tmp_path / "ci" / "pacs.sarif").read_text())["version"] == "2.1.0"
    assert check((tmp_path / "evidence.zip").read_bytes()).sentence == "intact, not signed"


def test_a_statements_profiles_are_claims(tmp_path):
    statement = tmp_path / "statement.txt"
    statement.write_text("Security profiles: Basic TLS Secure Transport Connection Profile")
    asked = wanted(statement=statement)
    assert [claim.clause for claim in asked.claims.claims] == ["B.1"]
    both = wanted(statement=statement, claims="example:hardened").claims
    assert both.product == "pacs-secure"
    assert both.claims[-1].clause == "B.1"


@pytest.mark.parametrize("option", ["claims", "signing_key"])
def test_what_cannot_be_read_is_told_before_anything_is_asked(tmp_path, option):
    path = tmp_path / "bad"
    path.write_text("= no")
    with pytest.raises(WrongUseError):
        wanted(**{option: str(path) if option == "claims" else path})


@pytest.mark.parametrize(
    ("example", "found", "code"),
    [
        ("retired_tls", ExitCode.ALL_PASS, ExitCode.SOME_FAIL),
        ("hardened", ExitCode.ALL_PASS, ExitCode.INCONCLUSIVE),
        (None, ExitCode.ALL_PASS, ExitCode.ALL_PASS),
        (None, ExitCode.INCONCLUSIVE, ExitCode.INCONCLUSIVE),
        ("hardened", ExitCode.SOME_FAIL, ExitCode.SOME_FAIL),
    ],
)
def test_claims_count_in_the_exit_code(tmp_path, example, found, code):
    asked = wanted(claims=f"example:{example}" if example else None)
    report = leave(secure_report(), Transcript(), tmp_path, asked)
    assert exit_code(found, report) == code
