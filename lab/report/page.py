"""One archive's report as one HTML page, with or without friends and an answer key."""

from typing import Any

from lab.report import templates, words
from lab.report.clauses import clause_tables
from lab.report.glossary import GLOSSARY
from lab.report.html import answer, tone
from lab.report.model import ProbeEntry, Report
from lab.report.summary import summarise
from lab.verdict import Verdict


def page(report: Report) -> str:
    """The page: what was found, why, and how to close it."""
    return templates.render(
        "report.html.jinja",
        report=report,
        summary=summarise(report),
        rows=[_row(probe) for probe in report.probes],
        remedies=[probe for probe in report.probes if probe.verdict is Verdict.FAIL],
        maps=clause_tables(report),
        counted={str(verdict): report.count(verdict) for verdict in Verdict},
        glossary=GLOSSARY,
    )


def _row(probe: ProbeEntry) -> dict[str, Any]:
    telling = words.telling(probe)
    return {
        "probe": probe,
        "answer": answer(probe),
        "tone": tone(probe),
        "evidence": [] if telling == probe.why else [telling],
    }
