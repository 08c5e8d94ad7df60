"""The report as JUnit XML, for CI systems: one test case a probe.

What is inconclusive is an error there, never a success: a build that could not ask is not green.
"""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lab.report.model import ProbeEntry, Report
from lab.verdict import Verdict

ELEMENTS = {
    Verdict.FAIL: "failure",
    Verdict.INCONCLUSIVE: "error",
    Verdict.NOT_TESTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry (its production 2, Char)."""


def junit(report: Report) -> str:
    """The XML text."""
    suite = Element("testsuite", _attributes(report))
    for probe in report.probes:
        _case(suite, report, probe)
    suites = Element("testsuites")
    suites.append(suite)
    indent(suites)
    return tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _attributes(report: Report) -> dict[str, str]:
    skipped = report.count(Verdict.NOT_TESTED) + report.count(Verdict.NOT_APPLICABLE)
    return {
        "name": _clean(f"pacslab {report.target.name}"),
        "hostname": _clean(report.target.host),
        "timestamp": _clean(report.started),
        "tests": str(len(report.probes)),
        "failures": str(report.count(Verdict.FAIL)),
        "errors": str(report.count(Verdict.INCONCLUSIVE)),
        "skipped": str(skipped),
        "time": f"{sum(probe.seconds for probe in report.probes):.3f}",
    }


def _case(suite: Element, report: Report, probe: ProbeEntry) -> None:
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": _clean(f"pacslab.{report.target.name}"),
            "name": _clean(probe.id),
            "time": f"{probe.seconds:.3f}",
        },
    )
    kind = ELEMENTS.get(probe.verdict)
    seen = "\n".join(_clean(one.text) for one in probe.evidence)
    if kind is None:
        SubElement(case, "system-out").text = seen
        return
    told = {"message": _clean(f"{probe.question} {probe.answer}: {probe.why}")}
    if kind != "skipped":
        told["type"] = str(probe.severity)
    SubElement(case, kind, told).text = f"{seen}\n{_clean(probe.fix)}"


def _clean(text: str) -> str:
    return NOT_XML.sub("?", text)
