"""Closed, broke, still open, no longer settled: each turn of each verdict."""

import pytest

from lab.report.diff import Change, diff, last_line, table
from lab.verdict import Verdict

P, F, U, N, A = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_TESTED,
    Verdict.NOT_APPLICABLE,
)


def _with(report, *verdicts):
    probes = tuple(
        probe.model_copy(update={"verdict": verdict})
        for probe, verdict in zip(report.probes, verdicts, strict=False)
    )
    return report.model_copy(update={"probes": probes})


@pytest.mark.parametrize(
    ("before", "after", "change", "code"),
    [
        (F, P, Change.CLOSED, 0),
        (P, F, Change.BROKE, 1),
        (U, F, Change.BROKE, 1),
        (N, F, Change.BROKE, 1),
        (F, F, Change.OPEN, 0),
        (P, U, Change.UNSETTLED, 3),
        (F, U, Change.UNSETTLED, 3),
        (P, N, Change.UNSETTLED, 3),
        (U, P, Change.SETTLED, 0),
        (P, P, Change.SAME, 0),
        (U, N, Change.SAME, 0),
        (A, A, Change.SAME, 0),
    ],
)
def test_each_turn_of_a_verdict(reports, before, after, change, code):
    report = reports["shown"].secure
    found = diff(_with(report, before), _with(report, after))
    assert [line.change for line in found.lines] == ([] if change is Change.SAME else [change])
    assert found.exit_code == code


def test_a_question_that_is_no_longer_asked_is_no_longer_settled(reports):
    report = reports["shown"].secure
    found = diff(report, _with(report, P))
    assert found.count(Change.UNSETTLED) == 2
    assert found.exit_code == 3


def test_exposure_counts_both_ways(reports):
    leaking, closed = reports["shown"].open, reports["shown"].secure
    fixed, worse = diff(leaking, closed), diff(closed, leaking)
    assert [l.change for l in fixed.lines if l.subject == "exposure"] == [Change.CLOSED]  # noqa: E741
    assert [l.change for l in worse.lines if l.subject == "exposure"] == [Change.BROKE]  # noqa: E741
    assert fixed.exit_code == 0
    assert worse.exit_code == 1
    unmeasured = closed.model_copy(update={"exposure": None})
    assert diff(closed, unmeasured).exit_code == 3
    assert diff(unmeasured, closed).exit_code == 0


def test_a_fix_that_shuts_friends_out_broke_something(reports):
    served, refused = reports["shown"].secure, reports["broken"].secure
    found = diff(_with(served, P, P, P), _with(refused, P, P, P))
    assert [(line.subject, line.change) for line in found.lines] == [
        ("positive control", Change.BROKE)
    ]
    assert diff(_with(refused, P, P, P), _with(served, P, P, P)).exit_code == 0
    stranger = served.model_copy(update={"positive_control": None})
    assert diff(served, stranger).exit_code == 3
    assert diff(stranger, served).exit_code == 0


def test_it_is_told_with_what_broke_first(reports):
    report = reports["shown"].secure
    found = diff(_with(report, F, P, F), _with(report, P, F, F))
    assert last_line(found) == "1 broke, 1 still open, 1 closed"
    assert next(iter(table(found).columns[3].cells)).plain == "broke"
    assert last_line(diff(report, report)) == "no difference"
