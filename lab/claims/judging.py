"""Holds claims against a report. Pure.

A claim is confirmed only as far as it was asked; what does not show from outside is never
confirmed, and a retired profile is named as such whatever was observed.
"""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from lab.claims.reading import Claim, Claims, Known, known
from lab.evidence import printable
from lab.report.model import ClaimEntry, ProbeEntry, Report
from lab.verdict import ExitCode, Verdict


class Held(StrEnum):
    """What became of a claim."""

    CONTRADICTED = "contradicted"
    UNCONFIRMED = "not confirmed"
    RETIRED = "retired"
    CONFIRMED = "confirmed, as far as asked"
    BETTER = "better than claimed"
    CLAIMED_NO = "as claimed: no"
    OUTSIDE = "cannot be certified from outside"


def judge(claims: Claims, report: Report) -> tuple[ClaimEntry, ...]:
    """One entry a claim, in their order."""
    clauses = known()
    return tuple(_entry(claim, clauses[claim.clause], report) for claim in claims.claims)


def with_claims(report: Report, claims: Claims) -> Report:
    """The report with the claims in it."""
    return report.model_copy(update={"claims": judge(claims, report)})


def exit_code(entries: Sequence[ClaimEntry]) -> ExitCode:
    """1 where a claim is contradicted or retired, 3 where one is not confirmed, else 0."""
    seen = {entry.verdict for entry in entries}
    if seen & {Held.CONTRADICTED, Held.RETIRED}:
        return ExitCode.SOME_FAIL
    return ExitCode.INCONCLUSIVE if Held.UNCONFIRMED in seen else ExitCode.ALL_PASS


def _entry(claim: Claim, about: Known, report: Report) -> ClaimEntry:
    label = about.map.label(about.clause)
    asked = [probe for probe in report.probes if label in probe.clauses]
    held, why = _held(claim, about, asked)
    telling = [probe for probe in asked if probe.verdict is Verdict.FAIL] or asked
    return ClaimEntry(
        clause=label,
        says=printable(claim.says or about.clause.says, 200),
        source=printable(claim.source, 120),
        claimed=claim.answer,
        observed=_observed(asked),
        evidence=tuple(f"{probe.id}: {_seen(probe)}" for probe in telling[:3]),
        verdict=held,
        why=why,
    )


def _held(claim: Claim, about: Known, asked: Sequence[ProbeEntry]) -> tuple[Held, str]:
    if about.clause.retired and claim.answer == "yes":
        return Held.RETIRED, about.clause.why_not
    if not about.clause.is_asked:
        return Held.OUTSIDE, about.clause.why_not
    if claim.answer == "yes":
        return _promised(asked)
    if _settled(asked):
        return Held.BETTER, "every attempt that could be judged was refused all the same"
    return Held.CLAIMED_NO, "nothing was promised"


def _promised(asked: Sequence[ProbeEntry]) -> tuple[Held, str]:
    failures = [probe.id for probe in asked if probe.verdict is Verdict.FAIL]
    if failures:
        return Held.CONTRADICTED, f"succeeded: {', '.join(failures[:5])}"
    if _settled(asked):
        passed = sum(probe.verdict is Verdict.PASS for probe in asked)
        return Held.CONFIRMED, f"{passed} of {len(asked)} attempts were made and refused"
    return Held.UNCONFIRMED, "no attempt that speaks of it could be judged"


def _settled(asked: Sequence[ProbeEntry]) -> bool:
    """Whether attempts were refused, none succeeded, and none is in doubt."""
    verdicts = {probe.verdict for probe in asked}
    return Verdict.PASS in verdicts and not verdicts & {Verdict.FAIL, Verdict.INCONCLUSIVE}


def _observed(asked: Sequence[ProbeEntry]) -> str:
    counts = Counter(probe.verdict for probe in asked)
    said = [f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]]
    return ", ".join(said) or "nothing was asked"


def _seen(probe: ProbeEntry) -> str:
    return probe.evidence[-1].text if probe.evidence else probe.why
