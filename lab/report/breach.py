"""A breach record as data protection officers keep it: a draft, filled with what was observed.

Nothing in it is legal advice, and what was not observed is left open in words: persons are
counted, or "not counted", never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lab.report import words
from lab.report.model import Report

IMPACTS = {
    1: "minor: inconvenience that is overcome without a problem",
    2: "manageable: significant consequences that can be overcome with some difficulty",
    3: "substantial: significant consequences that are overcome with serious difficulty only",
    4: "large: significant or irreversible consequences that may not be overcome",
}
"""The four-level scale of the reported breach of 2019."""
TO_FILL = "(to be filled in)"
NOTICE_HOURS = 72
"""GDPR Art. 33(1): notification not later than 72 hours after having become aware."""
HIGH_RISK = 3
"""From here on Art. 34 (telling the persons themselves) is to be considered."""
LESSON = (
    "The institution itself must follow the path of the data and convince itself that each step is "
    "secure, by certifications that hold or by tests it runs itself; vendors' names are no proof, "
    "and hints must be acted on."
)


@dataclass(frozen=True)
class Told:
    """What only people know. ``impact`` and ``because`` replace our own estimate."""

    responsible: str = TO_FILL
    sector: str = "health"
    country: str = TO_FILL
    found: datetime | None = None
    impact: int | None = None
    because: str = ""


@dataclass(frozen=True)
class Impact:
    """A level of the scale, and why."""

    level: int
    reason: str


def estimate(report: Report) -> Impact | None:
    """Our estimate; None where no personal data were obtained."""
    if report.exposure is None:
        return None
    obtained, writable = report.exposure.level, bool(report.exposure.writable)
    if obtained >= "L6":
        return Impact(4, "images with names were obtained: health data that cannot be changed")
    if obtained >= "L5" and writable:
        return Impact(4, "records were obtained, and images can be forged: treatment is at risk")
    if obtained >= "L5":
        return Impact(3, "names, birth dates and examinations were obtained: health data")
    if writable:
        return Impact(3, "nothing was obtained, but images can be forged: treatment is at risk")
    return None


def categories(report: Report) -> Sequence[str]:
    """Categories of data that were seen (GDPR Art. 4(15) and 9)."""
    level = report.exposure.level if report.exposure else "L0"
    seen = []
    if level >= "L5":
        seen += ["identification data: name, patient ID, birth date, sex"]
        seen += ["health data: kind, date and place of examinations, referring physicians"]
    if level >= "L6":
        seen += ["health data: images (X-ray, CT, MR, mammography) with burnt-in or attached names"]
    return seen


def breach(report: Report, told: Told) -> str:
    """The record in Markdown."""
    found = told.found or datetime.fromisoformat(report.started)
    estimated = estimate(report)
    lines = [
        f"# Record of a personal data breach (draft): {report.target.name}",
        "",
        "A draft to edit, made from one technical test. It is no legal advice.",
        "",
        *_table(report, told, found, estimated),
        "",
        "## Notification of the authority (GDPR Art. 33), draft",
        "",
        *_notification(report, found, estimated),
        "",
        "## Communication to the persons (GDPR Art. 34)",
        "",
        _communication(told.impact or (estimated.level if estimated else 0)),
        "",
        "## Lesson learned",
        "",
        LESSON,
    ]
    return "\n".join(lines) + "\n"


def _table(report: Report, told: Told, found: datetime, estimated: Impact | None) -> list[str]:
    rows = {
        "Date found": f"{found:%Y-%m-%d %H:%M %z}".strip(),
        "Persons affected": persons(report),
        "Responsible": told.responsible,
        "Sector": told.sector,
        "Country": told.country,
        "Impact (1 to 4)": _impact(told, estimated),
        "Data categories seen": "; ".join(categories(report)) or "none",
        "Exposure measured": report.exposure.text if report.exposure else "not measured",
        "Attempts that succeeded": ", ".join(_succeeded(report)) or "none",
    }
    return ["| | |", "|---|---|", *(f"| {name} | {_cell(said)} |" for name, said in rows.items())]


def persons(report: Report) -> str:
    """Counted, or "not counted"."""
    if report.exposure is None:
        return "not counted"
    counted = report.exposure.patients.model_copy(update={"planted": None})
    return words.count(counted)


def _impact(told: Told, estimated: Impact | None) -> str:
    if told.impact is not None:
        return f"{told.impact}, {IMPACTS[told.impact]}. Reason: {told.because or TO_FILL}"
    if estimated is None:
        return "none: no personal data were obtained in this test"
    return f"{estimated.level}, {IMPACTS[estimated.level]}. Reason: {estimated.reason}"


def _succeeded(report: Report) -> list[str]:
    return [probe.id for probe in report.probes if probe.answer == "yes"]


def _notification(report: Report, found: datetime, estimated: Impact | None) -> list[str]:
    until = found + timedelta(hours=NOTICE_HOURS)
    fixes = dict.fromkeys(probe.fix for probe in report.probes if probe.answer == "yes")
    likely = estimated.reason if estimated else "none was observed"
    return [
        (
            f"Due without undue delay, not later than {until:%Y-%m-%d %H:%M %z} "
            f"({NOTICE_HOURS} hours after it was found), unless a risk to persons is unlikely."
        ),
        "",
        (
            "- (a) Nature: an archive of medical images could be reached over the network; "
            f"categories: {'; '.join(categories(report)) or 'none seen'}; "
            f"persons: {persons(report)}."
        ),
        f"- (b) Contact of the data protection officer: {TO_FILL}",
        f"- (c) Likely consequences: {likely}.",
        f"- (d) Measures taken or proposed: {' '.join(fixes) or TO_FILL}",
    ]


def _communication(level: int) -> str:
    if level >= HIGH_RISK:
        return (
            "A high risk to the rights and freedoms of the persons is likely: they are told "
            f"without undue delay, in clear and plain language, unless Art. 34(3) applies. "
            f"Text: {TO_FILL}"
        )
    return "To be considered where a high risk is likely; this test alone does not show one."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
