"""What was found stands beside each clause; what nobody asked says so."""

from lab.report.clauses import clause_tables
from lab.verdict import Verdict

LABEL = "HIPAA 164.312(d)"


def _rows(report):
    return {row["label"]: row for table in clause_tables(report) for row in table["clauses"]}


def _with(report, *verdicts):
    probes = tuple(
        probe.model_copy(update={"clauses": (LABEL,), "verdict": verdict})
        for probe, verdict in zip(report.probes, verdicts, strict=True)
    )
    return report.model_copy(update={"probes": probes})


def test_verdicts_are_counted_by_clause(reports):
    report = _with(reports["shown"].secure, Verdict.PASS, Verdict.FAIL, Verdict.PASS)
    row = _rows(report)[LABEL]
    assert row["found"] == "2 pass, 1 fail"
    assert row["tone"] == "bad"


def test_doubt_is_no_pass(reports):
    report = _with(reports["shown"].secure, Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.PASS)
    assert _rows(report)[LABEL]["tone"] == "doubt"
    report = _with(reports["shown"].secure, Verdict.PASS, Verdict.PASS, Verdict.NOT_TESTED)
    assert _rows(report)[LABEL]["tone"] == "good"
    report = _with(reports["shown"].secure, *[Verdict.NOT_TESTED] * 3)
    assert _rows(report)[LABEL]["tone"] == "doubt"


def test_a_clause_that_nobody_asked_says_so(reports):
    rows = _rows(reports["shown"].secure)
    assert rows["HIPAA 164.312(b)"]["found"].startswith("no probe: an audit trail")
    assert rows[LABEL]["found"] == "no probe of this run"
