"""`pacslab conformance`: the conformance statement of an archive of ours."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab.commands.faults import faults
from lab.conformance.facts import facts
from lab.conformance.statement import statement
from lab.report import text


class Archive(StrEnum):
    """Which of both."""

    OPEN = "open"
    SECURE = "secure"


def conformance(
    archive: Annotated[Archive, typer.Argument(help="open or secure.")],
    *,
    config: Annotated[
        Path | None, typer.Option(help="As this TOML file has it; else as delivered.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
) -> None:
    """Print an archive's DICOM conformance statement. Made from its code (PS3.2)."""
    with faults("use"):
        said = statement(facts(archive.value, config))
        if out is None:
            sys.stdout.write(said)
            return
        out.write_text(said, encoding="utf-8")
        text.console().print(Text(str(out)), soft_wrap=True)
