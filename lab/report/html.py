"""The demo's report as one HTML page: self-contained, printable, no scripts, nothing loaded.

Everything that came over the wire is escaped by the template engine; pictures lie in the page.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from lab.pictures import Picture
from lab.report import templates, words
from lab.report.conclusion import Shown, conclude
from lab.report.glossary import GLOSSARY
from lab.report.model import DemoReport, ProbeEntry
from lab.verdict import Verdict

EMBEDDED_SIDE = 400
"""Pixels of the longer side of a picture in the page."""


def demo(report: DemoReport, pictures: Sequence[Picture], *, saved_in: str, seconds: float) -> str:
    """The page of a demo: ``pictures`` are one for each patient that was obtained."""
    conclusion = conclude(report)
    return templates.render(
        "demo.html.jinja",
        report=report,
        conclusion=conclusion,
        as_it_should=conclusion.shown is Shown.THE_CLOSING,
        tone=_TONES[conclusion.shown],
        rows=rows(report),
        pictures=[_embedded(picture) for picture in pictures],
        saved_in=saved_in,
        seconds=seconds,
        glossary=GLOSSARY,
    )


_TONES: Mapping[Shown, str] = {
    Shown.THE_CLOSING: "good",
    Shown.BROKEN: "bad",
    Shown.LEAK: "bad",
    Shown.INCONCLUSIVE: "doubt",
    Shown.NO_LEAK: "doubt",
}


def rows(report: DemoReport) -> list[dict[str, Any]]:
    """The side-by-side table: one row a probe, in the order of the report."""
    secure = {probe.id: probe for probe in report.secure.probes}
    return [
        {
            "question": probe.question,
            "id": probe.id,
            "open": _cell(probe),
            "secure": _cell(secure[probe.id]) if probe.id in secure else None,
            "closed_by": (secure.get(probe.id, probe)).closed_by,
        }
        for probe in report.open.probes
    ]


def _cell(probe: ProbeEntry) -> dict[str, Any]:
    clear = probe.verdict in {Verdict.PASS, Verdict.FAIL} and not doubtful(probe)
    return {
        "answer": answer(probe),
        "tone": tone(probe),
        "evidence": _evidence(probe),
        "why": "" if clear else probe.why,
    }


def _evidence(probe: ProbeEntry) -> list[str]:
    """The telling line, and the last one where that is another."""
    lines = [words.telling(probe), *(seen.text for seen in probe.evidence[-1:])]
    return list(dict.fromkeys(line for line in lines if line != probe.why))


def doubtful(probe: ProbeEntry) -> bool:
    """Whether the word "no" alone would say too much: an archive refused its friends, too."""
    return probe.verdict is Verdict.FAIL and probe.answer == "no"


def answer(probe: ProbeEntry) -> str:
    """One word or two for a cell."""
    if probe.verdict in {Verdict.INCONCLUSIVE, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}:
        return probe.verdict.replace("-", " ")
    return "no, but broken" if doubtful(probe) else str(probe.answer)


def tone(probe: ProbeEntry) -> str:
    """Which colour an answer has: bad, good or doubt."""
    if probe.verdict is Verdict.PASS:
        return "good"
    return "bad" if probe.verdict is Verdict.FAIL else "doubt"


def _embedded(picture: Picture) -> dict[str, Any]:
    jpeg = base64.b64encode(picture.jpeg(EMBEDDED_SIDE)).decode("ascii")
    return {"source": f"data:image/jpeg;base64,{jpeg}", "of": picture}
