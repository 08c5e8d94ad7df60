"""`pacslab probes`: the questions, or the page of one."""

from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from lab import catalogue
from lab.commands.faults import faults
from lab.not_asked import NOT_ASKED
from lab.report import text


def probes(name: Annotated[str | None, typer.Argument(metavar="ID")] = None) -> None:
    """List the questions, or explain one."""
    console = text.console()
    with faults():
        if name is not None:
            console.print(Markdown(catalogue.probe_page(name)))
            return
        table = Table("probe", "question", "closed by", expand=True)
        for row in catalogue.probe_rows():
            table.add_row(*map(Text, row))
        console.print(table)
        for weakness, why in NOT_ASKED.items():
            console.print(Text(f"not asked: {weakness}: {why}", "dim"))
