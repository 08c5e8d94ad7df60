"""Names, dates and numbers as people write them."""

import calendar
from collections.abc import Sequence

from lab.report.model import Count, OverheardEntry, ProbeEntry
from lab.verdict import AFTER

MILLIONS = 16
"""What lay open in 2019; each patient of a demo stands for one of them."""
LEVELS: Sequence[tuple[str, str]] = (
    ("L0", "unreachable"),
    ("L1", "the port answers"),
    ("L2", "it speaks DICOM"),
    ("L3", "it associates with a stranger"),
    ("L4", "it answers C-ECHO"),
    ("L5", "it leaks patient records"),
    ("L6", "it leaks images"),
)
"""The rungs of exposure: how far a stranger came."""

WELCOMES = frozenset({"ac", "0000H"})
"""Codes of evidence that let us go on: they explain no refusal."""


def telling(probe: ProbeEntry) -> str:
    """The one line of evidence that says most: for a no, what the wire answered last."""
    coded = [
        seen
        for seen in probe.evidence
        if seen.code and seen.code not in WELCOMES and not seen.code.startswith("TLSv")
    ]
    if probe.answer == "no" and coded:
        return coded[-1].text
    return probe.evidence[-1].text if probe.evidence else probe.why


def person(name: str) -> str:
    """``Sato^Hana=佐藤^花`` (PS3.5 6.2.1) as ``Hana Sato (佐藤 花)``."""
    alphabetic, *others = name.split("=")
    latin = _in_order(alphabetic, family_first=False)
    ideographic = _in_order(others[0], family_first=True) if others else ""
    if latin and ideographic:
        return f"{latin} ({ideographic})"
    return latin or ideographic or "(no name)"


def _in_order(group: str, *, family_first: bool) -> str:
    """Family, given, middle, prefix, suffix: put the way the script is read."""
    family, given, middle, prefix, suffix = ([*group.split("^"), *[""] * 5])[:5]
    parts = [family, given, middle] if family_first else [prefix, given, middle, family, suffix]
    return " ".join(part.strip() for part in parts if part.strip())


def date(text: str) -> str:
    """``19700102`` as ``2 January 1970``; anything else as it is."""
    if len(text) != len("YYYYMMDD") or not text.isdigit() or not 1 <= int(text[4:6]) <= 12:  # noqa: PLR2004 - months
        return text or "unknown"
    return f"{int(text[6:])} {calendar.month_name[int(text[4:6])]} {text[:4]}"


def number(value: int | None) -> str:
    """A count with thousands apart, or that it was not counted."""
    return "not counted" if value is None else f"{value:,}"


def of(obtained: int | None, planted: int | None) -> str:
    """``16 of 16``; what was not counted is not "of" anything."""
    return (
        number(obtained)
        if planted is None or obtained is None
        else f"{number(obtained)} of {planted:,}"
    )


def readable(heard: OverheardEntry) -> str:
    """What somebody on the wire has of the workstation's conversation."""
    if not heard.served:
        return "the workstation was not served, so nothing was overheard"
    size = f"{heard.bytes_from:,} bytes" + (", all in TLS records" if heard.wrapped else "")
    return f"{of(heard.names.obtained, heard.names.planted)} names can be read in {size}"


def count(one: Count) -> str:
    """``at least 12 of 16``: a lower bound says so, where anything was counted."""
    least = "at least " if one.at_least and one.obtained is not None else ""
    return least + of(one.obtained, one.planted)


def in_2019(patients: int | None) -> str:
    """What the patients of a demo stand for: one million each."""
    return f"{patients or 0} million"


def share_of_2019(patients: int | None) -> float:
    """That as a part of all 16 million: from 0 to 1, whatever number was planted."""
    return min((patients or 0) / MILLIONS, 1.0)


def work(did: Sequence[str]) -> Sequence[str]:
    """The deeds that are counted: a device's whole work, not the short checks."""
    return [deed for deed in did if ": " in deed]


def deeds(did: Sequence[str]) -> Sequence[str]:
    """A positive control for people: all of the work with its counts, then the short checks."""
    counted = list(work(did))
    after = [deed.removesuffix(AFTER) for deed in did if deed.endswith(AFTER)]
    before = [deed for deed in did if deed not in counted and not deed.endswith(AFTER)]
    lines = counted
    if before:
        lines.append(f"served before the questions: {', '.join(before)}")
    if after:
        lines.append(f"served after them: {', '.join(after)}")
    return lines
