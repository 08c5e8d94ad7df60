"""`pacslab status`: where everything is, and what to try."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from lab import standing
from lab.commands.faults import faults
from lab.engines.record import Lab
from lab.report import text
from lab.verdict import ExitCode


def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False
) -> None:
    """Show the running lab. Exit code 3: none runs, or an archive of it died."""
    with faults():
        lab = standing.find()
        running = standing.which_run(lab)
        if as_json:
            sys.stdout.write(standing.as_json(lab, running) + "\n")
        else:
            show(lab, running)
        if not all(running.values()):
            raise typer.Exit(ExitCode.INCONCLUSIVE)


def show(lab: Lab, running: standing.Running) -> None:
    """Where everything is, and what to try."""
    console = text.console()
    for line in standing.describe(lab, running):
        console.print(Text(line, "dim" if line.startswith("#") else ""), soft_wrap=True)
