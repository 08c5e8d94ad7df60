"""`pacslab report claims`: a vendor's statements against what was observed."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab.claims import reading as claims_reading
from lab.claims import showing
from lab.claims.judging import exit_code, judge
from lab.commands.faults import faults
from lab.report import text
from lab.report.reading import read


def claims(
    place: Annotated[
        str, typer.Argument(metavar="REPORT", help="report.json; of a demo FILE#open.")
    ],
    *,
    claims_file: Annotated[
        str,
        typer.Option(
            "--claims",
            metavar="FILE",
            help="Claims in TOML, or example:hardened, example:retired_tls, example:paper_tiger.",
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="JSON file to write, too.")] = None,
) -> None:
    """Hold claims against a report. Exit code 1: contradicted or retired, 3: not confirmed."""
    with faults("read"):
        entries = judge(claims_reading.read(claims_file), read(place))
        console = text.console()
        console.print(showing.table(entries))
        console.print(Text(showing.last_line(entries)), soft_wrap=True)
        if out is not None:
            written = [entry.model_dump(mode="json") for entry in entries]
            out.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        raise typer.Exit(exit_code(entries))
