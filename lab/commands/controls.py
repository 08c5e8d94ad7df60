"""`pacslab controls`: the safeguards, or the page of one."""

from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from lab import catalogue
from lab.commands.faults import faults
from lab.report import text


def controls(name: Annotated[str | None, typer.Argument(metavar="ID")] = None) -> None:
    """List the safeguards, or explain one."""
    console = text.console()
    with faults():
        if name is not None:
            console.print(Markdown(catalogue.control_page(name)))
            return
        table = Table("control", "demands", "standard", "needs", expand=True)
        for row in catalogue.control_rows():
            table.add_row(*map(Text, row))
        console.print(table)
