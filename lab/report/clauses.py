"""The control maps beside one report: what was found for each clause, and what nobody asked."""

from collections import Counter
from typing import Any

from lab.maps import Clause, ControlMap, all_maps
from lab.report.model import Report
from lab.verdict import Verdict


def clause_tables(report: Report) -> list[dict[str, Any]]:
    """For each map its title and a row for each clause."""
    return [
        {"title": one.title, "clauses": [_row(report, one, clause) for clause in one.clauses]}
        for one in all_maps()
    ]


def _row(report: Report, one: ControlMap, clause: Clause) -> dict[str, Any]:
    label = one.label(clause)
    counts = Counter(probe.verdict for probe in report.probes if label in probe.clauses)
    found = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    none = f"no probe: {clause.why_not}" if clause.why_not else "no probe of this run"
    return {"label": label, "says": clause.says, "found": found or none, "tone": _tone(counts)}


def _tone(counts: Counter[Verdict]) -> str:
    if counts[Verdict.FAIL]:
        return "bad"
    if not counts or counts[Verdict.INCONCLUSIVE]:
        return "doubt"
    return "good" if counts[Verdict.PASS] else "doubt"
