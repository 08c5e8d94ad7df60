"""The report as SARIF 2.1.0 (OASIS), for code scanning and for dashboards of security findings."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from lab.probe import Severity
from lab.report.model import ProbeEntry, Report
from lab.verdict import Verdict

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
KINDS = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.INCONCLUSIVE: "open",
    Verdict.NOT_TESTED: "review",
    Verdict.NOT_APPLICABLE: "notApplicable",
}
"""3.27.9: open is "insufficient information to decide", review "a human must look"."""
LEVELS = {
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
SCORES = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""For readers that sort by a number; the middle of each band of CVSS's qualitative scale."""


def sarif(report: Report) -> str:
    """The JSON text of one run."""
    driver = {
        "name": "pacslab",
        "version": version("pacslab"),
        "rules": [_rule(probe) for probe in report.probes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "startTimeUtc": _utc(report.started)}],
        "results": [_result(report, place, probe) for place, probe in enumerate(report.probes)],
        "properties": {"exposure": report.exposure.text if report.exposure else None},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _utc(started: str) -> str:
    """3.9: a time ends in Z."""
    return datetime.fromisoformat(started).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rule(probe: ProbeEntry) -> dict[str, Any]:
    remedies = "\n".join(f"{product}: {text}" for product, text in probe.fixes.items())
    return {
        "id": probe.id,
        "name": "".join(part.capitalize() for part in probe.id.split("_")),
        "shortDescription": {"text": probe.question},
        "help": {"text": f"{probe.fix}\n{remedies}".strip()},
        "defaultConfiguration": {"level": LEVELS[probe.severity]},
        "properties": {
            "tags": ["security", "dicom", *probe.standard, *probe.clauses],
            "security-severity": SCORES[probe.severity],
        },
    }


def _result(report: Report, place: int, probe: ProbeEntry) -> dict[str, Any]:
    failed = probe.verdict is Verdict.FAIL
    seen = "\n".join(one.text for one in probe.evidence)
    target = report.target
    host = f"[{target.host}]" if ":" in target.host else target.host
    return {
        "ruleId": probe.id,
        "ruleIndex": place,
        "kind": KINDS[probe.verdict],
        "level": LEVELS[probe.severity] if failed else "none",
        "message": {"text": f"{probe.question} {probe.answer}: {probe.why}\n{seen}".strip()},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": f"dicom://{host}:{target.port}"}},
                "logicalLocations": [{"name": target.ae_title, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"probe/v1": f"{host}:{target.port}/{probe.id}"},
    }
