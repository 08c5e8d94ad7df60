"""One archive on a terminal: why for each probe, and how to close what is open."""

import io

import pytest
from rich.console import Console

from lab.report.single import last_line, single


def _said(*things):
    out = io.StringIO()
    console = Console(file=out, width=100)
    for thing in things:
        console.print(thing)
    return out.getvalue()


@pytest.mark.parametrize("demo", ["shown", "down", "broken", "leaks", "friendless"])
def test_every_kind_of_report_is_told(reports, demo):
    said = _said(single(reports[demo].secure))
    assert "list_patients" in said
    assert "\x1b" not in said


def test_a_fail_is_told_with_its_remedy_and_a_pass_without(reports):
    report = reports["leaks"].secure
    probe = report.probes[0].model_copy(update={"fixes": {"Orthanc": "[bold]Key[/bold]"}})
    said = _said(single(report.model_copy(update={"probes": (probe,)})))
    assert "Orthanc: [bold]Key[/bold]" in said
    assert "Demand certificates." not in _said(single(reports["shown"].secure))


@pytest.mark.parametrize(("clause", "star"), [("HIPAA 164.312(d)", False), ("KBV 4.2*", True)])
def test_a_fail_names_its_clauses_and_what_a_star_at_one_means(reports, clause, star):
    report = reports["leaks"].secure
    probe = report.probes[0].model_copy(update={"clauses": (clause,)})
    said = _said(single(report.model_copy(update={"probes": (probe,)})))
    assert f"speaks of it: {clause}\n" in said.replace(" \n", "\n")
    assert ("* the wording of this clause was not checked at its source" in said) is star


def test_what_was_not_measured_or_given_is_said(reports):
    report = reports["friendless"].secure.model_copy(update={"exposure": None})
    said = _said(single(report))
    assert "exposure: not measured" in said
    assert "no identity was given" in said


def test_a_refused_friend_is_told_with_the_reason(reports):
    assert "but: TLS alert" in _said(single(reports["broken"].secure))


def test_the_last_line_counts(reports):
    assert _said(last_line(reports["shown"].secure)).strip() == "secure: 3 pass"
