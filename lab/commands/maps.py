"""`pacslab maps`: which rules speak of what the probes ask, and which clauses none speaks of."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from lab import catalogue
from lab.commands.faults import faults
from lab.maps import Clause, ControlMap, all_maps, control_map
from lab.maps.reading import FILES
from lab.report import text


def maps(name: Annotated[str | None, typer.Argument(metavar="MAP")] = None) -> None:
    """List the control maps, or the clauses of one with the probes that ask for them."""
    console = text.console()
    with faults():
        if name is not None:
            console.print(_clauses(control_map(name)))
            console.print(Text("* the wording of this clause was not checked at its source"))
            return
        table = Table("map", "rules", "clauses", "without a probe", expand=True)
        for file, one in zip(FILES, all_maps(), strict=True):
            bare = sum(not clause.is_asked for clause in one.clauses)
            table.add_row(*map(Text, (file, one.title, str(len(one.clauses)), str(bare))))
        console.print(table)


def _clauses(one: ControlMap) -> Table:
    table = Table(title=Text(f"{one.title} ({one.source})"), expand=True, show_lines=True)
    table.add_column("clause", ratio=20)
    table.add_column("says", ratio=40)
    table.add_column("probes", ratio=40)
    for clause in one.clauses:
        asked = ", ".join(_probes(clause)) or f"no probe: {clause.why_not or 'none is written yet'}"
        table.add_row(*map(Text, (one.label(clause), clause.says, asked)))
    return table


def _probes(clause: Clause) -> list[str]:
    """Ids of the probes that ask whether this clause is kept."""
    return [
        probe for probe, controls in catalogue.closed_by().items() if clause.covers(probe, controls)
    ]
