"""Claims for a terminal: claimed, observed, verdict; and what nobody can certify from outside."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from lab.claims.judging import Held
from lab.report.model import ClaimEntry

COLOURS = {
    Held.CONTRADICTED: "red",
    Held.RETIRED: "red",
    Held.UNCONFIRMED: "yellow",
    Held.OUTSIDE: "yellow",
}


def table(entries: Sequence[ClaimEntry]) -> Table:
    """The gravest first."""
    made = Table(title="Claims, held against what was observed", expand=True, show_lines=True)
    made.add_column("claimed", ratio=35)
    made.add_column("observed", ratio=35)
    made.add_column("verdict", ratio=30)
    for held in Held:
        for entry in entries:
            if entry.verdict == held:
                made.add_row(_claimed(entry), _observed(entry), _verdict(entry, held))
    return made


def last_line(entries: Sequence[ClaimEntry]) -> str:
    """Verdicts counted."""
    counts = Counter(entry.verdict for entry in entries)
    said = [f"{counts[held]} {held}" for held in Held if counts[held]]
    return "claims: " + (", ".join(said) or "none")


def _claimed(entry: ClaimEntry) -> Text:
    text = Text(f"{entry.clause}: {entry.claimed}", "bold").append(f"\n{entry.says}", "not bold")
    return text.append(f"\n{entry.source}", "not bold dim") if entry.source else text


def _observed(entry: ClaimEntry) -> Text:
    return Text("\n".join((entry.observed, *entry.evidence)))


def _verdict(entry: ClaimEntry, held: Held) -> Text:
    return Text(entry.verdict, COLOURS.get(held, "green")).append(f"\n{entry.why}", "dim")
