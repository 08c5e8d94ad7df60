"""`pacslab report`: what can be made of a report that was written."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab.commands import evidence
from lab.commands.claims import claims
from lab.commands.faults import faults
from lab.report import breach as breaches
from lab.report import diff as differences
from lab.report import text
from lab.report.forms import FORMS
from lab.report.reading import read
from lab.report.single import last_line, single

report = typer.Typer(no_args_is_help=True, help="What can be made of a report that was written.")

ReportFile = Annotated[
    str, typer.Argument(metavar="REPORT", help="report.json; of a demo FILE#open or FILE#secure.")
]
Out = Annotated[Path | None, typer.Option(help="File to write; else it is printed.")]

report.command("claims")(claims)
report.command("pack")(evidence.pack)
report.command("check")(evidence.check)


class Form(StrEnum):
    """What a report is shown as."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"
    JUNIT = "junit"
    SARIF = "sarif"


@report.command("show")
def show(
    place: ReportFile,
    *,
    form: Annotated[Form, typer.Option("--as", help="The form.")] = Form.TEXT,
    out: Out = None,
) -> None:
    """Show a report again. As text, as one HTML page, or for machines (JSON, JUnit, SARIF)."""
    with faults("read"):
        one = read(place)
        if form is not Form.TEXT:
            _give(FORMS[form](one), out)
            return
        console = text.console()
        console.print(single(one))
        console.print(last_line(one), soft_wrap=True)


@report.command("diff")
def diff(before: ReportFile, after: ReportFile) -> None:
    """Say what a fix closed, and what it broke. Exit code 1: broke, 3: no longer settled."""
    with faults("read"):
        found = differences.diff(read(before), read(after))
        console = text.console()
        if found.lines:
            console.print(differences.table(found))
        console.print(Text(differences.last_line(found)))
        raise typer.Exit(found.exit_code)


@report.command("breach")
def breach(
    place: ReportFile,
    *,
    responsible: Annotated[str, typer.Option(help="Who answers for the data.")] = breaches.TO_FILL,
    sector: Annotated[str, typer.Option(help="Sector.")] = "health",
    country: Annotated[str, typer.Option(help="Country.")] = breaches.TO_FILL,
    found: Annotated[
        datetime | None, typer.Option(help="When it was found, UTC; else the report's time.")
    ] = None,
    impact: Annotated[int | None, typer.Option(min=1, max=4, help="Your own level.")] = None,
    because: Annotated[str, typer.Option(help="The reason of your own level.")] = "",
    out: Out = None,
) -> None:
    """Draft a breach record. The form data protection officers keep; GDPR Art. 33 and 34."""
    with faults("read"):
        when = found.replace(tzinfo=UTC) if found else None
        told = breaches.Told(responsible, sector, country, when, impact, because)
        _give(breaches.breach(read(place), told), out)


def _give(made: str, out: Path | None) -> None:
    """Write to a file, or to whoever reads our output."""
    if out is None:
        sys.stdout.write(made)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(made, encoding="utf-8")
    text.console().print(Text(str(out)), soft_wrap=True)
