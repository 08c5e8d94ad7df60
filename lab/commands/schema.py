"""`pacslab schema`: what a report looks like, for programs."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab.commands.faults import faults
from lab.report import reading, text
from lab.report.model import json_schema


def schema(
    *, check: Annotated[Path | None, typer.Option(help="A report to check against it.")] = None
) -> None:
    """Print the JSON Schema of the reports, or check a report against it."""
    if check is None:
        sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
        return
    with faults("read"):
        kind = reading.check(check)
        text.console().print(Text(f"{check} is a {kind}"), soft_wrap=True)
