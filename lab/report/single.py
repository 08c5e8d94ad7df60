"""One archive's report for a terminal: verdict, why, and how to close what is open."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lab.maps.reading import UNCHECKED
from lab.report import words
from lab.report.html import answer, tone
from lab.report.model import ExposureEntry, ProbeEntry, Report
from lab.report.summary import summarise
from lab.report.text import COLOURS, counted
from lab.verdict import Verdict


def single(report: Report) -> RenderableType:
    """The whole of it but the last line, which is :func:`last_line`."""
    summary = summarise(report)
    colour = COLOURS[summary.tone]
    body = Text(summary.headline, f"bold {colour}").append(f"\n{summary.words}", "default")
    failed = [one for one in report.probes if one.verdict is Verdict.FAIL]
    return Group(
        Text(),
        _table(report),
        *map(_remedy, failed),
        *_star(failed),
        Text(),
        _exposure(report.exposure),
        _friend(report),
        *(Text(f"also learned: {seen.text}", "dim") for seen in report.information),
        Text(),
        Panel(body, border_style=colour),
    )


def last_line(report: Report) -> Text:
    """The verdicts counted; what was not asked is not hidden."""
    return Text(f"{report.target.name}: {counted(report)}")


def _table(report: Report) -> Table:
    target = report.target
    where = f"{target.name} ({target.host}:{target.port}, {'TLS' if target.tls else 'plaintext'})"
    table = Table(title=Text(where), expand=True, show_lines=True)
    table.add_column("probe", ratio=35)
    table.add_column("answer", ratio=15)
    table.add_column("why", ratio=50)
    for probe in report.probes:
        table.add_row(
            Text(probe.id, "bold").append(f"\n{probe.question}", "not bold dim"),
            Text(answer(probe), COLOURS[tone(probe)]),
            _why(probe),
        )
    return table


def _why(probe: ProbeEntry) -> Text:
    telling = words.telling(probe)
    said = Text(probe.why)
    return said if telling == probe.why else said.append(f"\n{telling}", "dim")


def _remedy(probe: ProbeEntry) -> Text:
    text = Text(f"\n{probe.id}: ", "bold").append(probe.fix, "not bold")
    for product, remedy in probe.fixes.items():
        text.append(f"\n  {product}: ", "bold").append(remedy, "not bold")
    if probe.clauses:
        text.append(f"\n  speaks of it: {', '.join(probe.clauses)}", "not bold dim")
    return text


def _star(failed: Iterable[ProbeEntry]) -> Iterator[Text]:
    """What the mark at a clause means, where there is one."""
    if any(UNCHECKED in clause for probe in failed for clause in probe.clauses):
        yield Text(f"{UNCHECKED} the wording of this clause was not checked at its source", "dim")


def _exposure(exposure: ExposureEntry | None) -> Text:
    if exposure is None:
        return Text("exposure: not measured")
    return Text(
        f"exposure {exposure.text}: {dict(words.LEVELS)[exposure.level]}; "
        f"{words.count(exposure.patients)} patients, {words.count(exposure.images)} images"
    )


def _friend(report: Report) -> Text:
    friend = report.positive_control
    if friend is None:
        return Text("no identity was given: refusals without a named cause stay inconclusive")
    did = "; ".join(words.deeds(friend.did)) or "nobody was served"
    but = "".join(f"; but: {seen.text}" for seen in friend.evidence[:3] if not friend.ok)
    return Text(f"authorised peers: {did}{but}")
