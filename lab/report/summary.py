"""What one archive's report says, in one sentence and a tone. Pure.

Nothing reached never reads as "secure", nor does a refusal that no served friend stands beside.
"""

from dataclasses import dataclass

from lab.probe import Severity
from lab.report.model import ProbeEntry, Report
from lab.verdict import Verdict

UNREACHED = "L0"


@dataclass(frozen=True)
class Summary:
    """The outcome of one report. ``tone``: bad, doubt or good."""

    tone: str
    headline: str
    words: str


def summarise(report: Report) -> Summary:
    """Judge the report as a whole: a fail counts before doubt, doubt before a pass."""
    failed = [probe for probe in report.probes if probe.verdict is Verdict.FAIL]
    if failed:
        return _failed(report, failed)
    if report.exposure is not None and report.exposure.level == UNREACHED:
        return Summary(
            "doubt",
            "Inconclusive: nothing was reached.",
            "Nobody answered at this address. That proves nothing: an archive that is switched "
            "off, or a wrong port, looks the same.",
        )
    doubts = report.count(Verdict.INCONCLUSIVE)
    passed = report.count(Verdict.PASS)
    if doubts or not passed:
        return _doubtful(report, passed, doubts)
    return Summary(
        "good",
        f"Every attempt that could be judged was refused ({passed} of {len(report.probes)}).",
        _beside(report),
    )


def _failed(report: Report, failed: list[ProbeEntry]) -> Summary:
    succeeded = [probe for probe in failed if probe.answer == "yes"]
    if not succeeded:
        return Summary(
            "bad",
            "Secure but broken: the archive refuses its own friends, too.",
            "No attempt succeeded, but neither were authorised peers served.",
        )
    worst = max(succeeded, key=lambda probe: list(Severity).index(probe.severity))
    count = len(succeeded)
    return Summary(
        "bad",
        f"{count} of {len(report.probes)} attempts succeeded that must not.",
        f"The gravest ({worst.severity}): {worst.question} Yes. Each is listed below with what "
        "the wire showed and how to close it.",
    )


def _doubtful(report: Report, passed: int, doubts: int) -> Summary:
    hint = (
        "Ask again with an identity that the archive serves: a refusal counts only where a friend "
        "is served in the same run."
        if report.positive_control is None
        else "The table says for each what is missing."
    )
    said = f"{doubts} questions are open, {passed} are settled" if doubts else "nothing is settled"
    return Summary(
        "doubt",
        f"Inconclusive: {said}.",
        f"What is not settled must never be read as protection. {hint}",
    )


def _beside(report: Report) -> str:
    friend = report.positive_control
    if friend is None:
        return (
            "No identity was given, so only refusals count whose cause the wire itself named. "
            "Whether the archive serves those it should was not asked."
        )
    return f"In the same run authorised peers were served ({friend.peer})."
