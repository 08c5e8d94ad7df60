"""The report for a terminal: side by side, with what the wire showed.

Everything goes through :class:`rich.text.Text`, never through markup: text that came over the
wire cannot become a command to the terminal (it is escaped) nor to rich.
"""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lab.report import words
from lab.report.conclusion import Conclusion, Shown
from lab.report.html import answer, tone
from lab.report.model import DemoReport, ExposureEntry, ProbeEntry, Report
from lab.verdict import Verdict

NARROW = 100
"""Columns where there is no terminal to ask."""
BAR = 32
"""Columns of a bar that stands for all of 2019."""
COLOURS = {"bad": "red", "good": "green", "doubt": "yellow"}
"""By tone; without colours the words say it all."""


def console(*, stderr: bool = False) -> Console:
    """A console that reads well in a pipe and in CI, too; obeys NO_COLOR."""
    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made = Console(stderr=stderr, highlight=False, width=NARROW, soft_wrap=False)
    return made


def demo(report: DemoReport, conclusion: Conclusion) -> RenderableType:
    """The whole of a demo but its last line, which is :func:`counts`."""
    return Group(
        Text(),
        _side_by_side(report),
        Text(),
        _scale("open", report.open.exposure, "bad"),
        _scale("secure", report.secure.exposure, _secure_tone(conclusion)),
        *_wire(report),
        Text(f"each patient stands for one million of the {words.MILLIONS} million of 2019", "dim"),
        Text(),
        _friends(report.secure),
        Text(),
        _conclusion(conclusion),
    )


def _secure_tone(conclusion: Conclusion) -> str:
    if conclusion.shown is Shown.THE_CLOSING:
        return "good"
    return "doubt" if conclusion.shown is Shown.INCONCLUSIVE else "bad"


def _side_by_side(report: DemoReport) -> Table:
    table = Table(title="The same questions, put to both", expand=True, show_lines=True)
    table.add_column("probe", ratio=30)
    table.add_column("open", ratio=30)
    table.add_column("secure", ratio=40)
    secure = {probe.id: probe for probe in report.secure.probes}
    for probe in report.open.probes:
        other = secure.get(probe.id)
        table.add_row(
            Text(probe.id, "bold").append(f"\n{probe.question}", "not bold dim"),
            _cell(probe),
            _cell(other) if other else Text("not asked"),
        )
    return table


def _cell(probe: ProbeEntry) -> Text:
    """The answer, and the last thing the wire showed."""
    cell = Text(answer(probe), COLOURS[tone(probe)])
    said = words.telling(probe)
    if probe.verdict in {Verdict.INCONCLUSIVE, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}:
        said = probe.why
    return cell.append(f": {said}", "dim")


def _scale(name: str, exposure: ExposureEntry | None, colour: str) -> Text:
    """One line: level, counts, and a bar to 16 million."""
    if exposure is None:
        return Text(f"{name:<7} not measured")
    filled = round(BAR * words.share_of_2019(exposure.patients.obtained))
    line = Text(f"{name:<7} {exposure.text:<5} ", f"bold {COLOURS[colour]}")
    line.append("█" * filled, COLOURS[colour]).append("░" * (BAR - filled), "dim")
    line.append(f" {words.of(exposure.patients.obtained, exposure.patients.planted)} patients, ")
    line.append(f"{words.of(exposure.images.obtained, exposure.images.planted)} images")
    if exposure.images.identical:
        line.append(f", {exposure.images.identical:,} identical")
    return line


def _wire(report: DemoReport) -> Sequence[Text]:
    """One line each: what a tap on the wire between workstation and archive could read."""
    return [
        Text(f"{name:<7} on the wire: {words.readable(one.overheard)}")
        for name, one in _archives(report)
        if one.overheard is not None
    ]


def _friends(report: Report) -> Text:
    """Who was served by the hardened archive, in the same run."""
    friend = report.positive_control
    text = Text("The clinic's own devices at the hardened archive:\n", "bold")
    if friend is None or not friend.did:
        return text.append("  none of them was served")
    for deed in words.deeds(friend.did):
        text.append(f"  {deed}\n")
    if not friend.ok:
        for seen in friend.evidence[:3]:
            text.append(f"  but: {seen.text}\n", "yellow")
    text.rstrip()
    return text


def _conclusion(conclusion: Conclusion) -> Panel:
    colour = COLOURS[_secure_tone(conclusion)]
    body = Text(conclusion.headline, f"bold {colour}").append(f"\n{conclusion.words}", "default")
    return Panel(body, border_style=colour)


def counts(report: DemoReport) -> Text:
    """The last line: both archives' verdicts counted; what was not asked is not hidden."""
    return Text("; ".join(f"{name}: {counted(one)}" for name, one in _archives(report)))


def _archives(report: DemoReport) -> Sequence[tuple[str, Report]]:
    return (("open", report.open), ("secure", report.secure))


def counted(report: Report) -> str:
    """``20 pass, 3 not-tested``; a verdict that nobody came to is not named."""
    said = [f"{count} {verdict}" for verdict in Verdict if (count := report.count(verdict))]
    return ", ".join(said) or "nothing was asked"
