"""What a fix closed and what it broke: two reports of one archive compared. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from rich.table import Table
from rich.text import Text

from lab.report.model import Report
from lab.verdict import ExitCode, Verdict

SETTLED = {Verdict.PASS, Verdict.FAIL}


class Change(StrEnum):
    """What became of one question."""

    BROKE = "broke"
    OPEN = "still open"
    UNSETTLED = "no longer settled"
    CLOSED = "closed"
    SETTLED = "now settled: pass"
    SAME = "unchanged"


COLOURS = {Change.BROKE: "red", Change.OPEN: "red", Change.UNSETTLED: "yellow"}


@dataclass(frozen=True)
class Line:
    """One difference. ``subject``: a probe's id, ``exposure`` or ``positive control``."""

    subject: str
    before: str
    after: str
    change: Change


@dataclass(frozen=True)
class Difference:
    """Everything that is another, or still open."""

    lines: tuple[Line, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 where something broke, 3 where something is no longer settled, else 0."""
        seen = {line.change for line in self.lines}
        if Change.BROKE in seen:
            return ExitCode.SOME_FAIL
        return ExitCode.INCONCLUSIVE if Change.UNSETTLED in seen else ExitCode.ALL_PASS

    def count(self, change: Change) -> int:
        """How many lines tell of this change."""
        return sum(line.change is change for line in self.lines)


def diff(before: Report, after: Report) -> Difference:
    """Compare; an absent question counts as not tested."""
    was = {probe.id: probe.verdict for probe in before.probes}
    now = {probe.id: probe.verdict for probe in after.probes}
    lines = [
        _line(probe, was.get(probe, Verdict.NOT_TESTED), now.get(probe, Verdict.NOT_TESTED))
        for probe in dict.fromkeys([*now, *was])
    ]
    lines += [_exposure(before, after), _friend(before, after)]
    return Difference(tuple(line for line in lines if line.change is not Change.SAME))


def _line(probe: str, was: Verdict, now: Verdict) -> Line:
    return Line(probe, was, now, _change(was, now))


def _change(was: Verdict, now: Verdict) -> Change:
    if now is Verdict.FAIL:
        return Change.OPEN if was is Verdict.FAIL else Change.BROKE
    if now is Verdict.PASS:
        if was is Verdict.PASS:
            return Change.SAME
        return Change.CLOSED if was is Verdict.FAIL else Change.SETTLED
    return Change.UNSETTLED if was in SETTLED else Change.SAME


def _exposure(before: Report, after: Report) -> Line:
    """A higher rung, or +W, is worse; what was not measured is not settled."""
    was, now = before.exposure, after.exposure
    texts = (was.text if was else "not measured", now.text if now else "not measured")
    if was is None or texts[0] == texts[1]:
        change = Change.SAME
    elif now is None:
        change = Change.UNSETTLED
    else:
        worse = now.level > was.level or bool(now.writable) > bool(was.writable)
        change = Change.BROKE if worse else Change.CLOSED
    return Line("exposure", *texts, change)


def _friend(before: Report, after: Report) -> Line:
    """A fix that shuts the clinic's own devices out has broken something."""
    was, now = _served(before), _served(after)
    changes = {
        ("served", "not served"): Change.BROKE,
        ("served", "not asked"): Change.UNSETTLED,
        ("not served", "served"): Change.CLOSED,
    }
    return Line("positive control", was, now, changes.get((was, now), Change.SAME))


def _served(report: Report) -> str:
    friend = report.positive_control
    if friend is None:
        return "not asked"
    return "served" if friend.ok else "not served"


def table(difference: Difference) -> Table:
    """For a terminal: what broke first."""
    made = Table("what", "before", "after", "", expand=True)
    for change in Change:
        for line in difference.lines:
            if line.change is change:
                said = Text(change, COLOURS.get(change, "green"))
                made.add_row(Text(line.subject), Text(line.before), Text(line.after), said)
    return made


def last_line(difference: Difference) -> str:
    """``2 closed, 1 broke``; nothing that is nought."""
    counts = [(difference.count(change), change) for change in Change]
    return ", ".join(f"{count} {change}" for count, change in counts if count) or "no difference"
