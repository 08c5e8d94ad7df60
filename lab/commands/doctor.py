"""`pacslab doctor`: what this machine lacks, and the remedy."""

import json
import sys
from typing import Annotated

import typer
from rich.text import Text

from lab.commands.faults import faults
from lab.commands.options import EngineName
from lab.report import text
from lab.verdict import ExitCode


def doctor(
    *,
    engine: Annotated[
        EngineName | None, typer.Option(help="Only what this engine needs (else: both engines).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what this machine lacks for a lab, and the remedy. Exit code 1: something is missing."""
    from lab import doctor as examination  # noqa: PLC0415 - most commands need no SDK
    from lab.doctor.finding import Need  # noqa: PLC0415

    needs = [Need.LAB] if engine is EngineName.PROCESS else [Need.LAB, Need.DOCKER]
    with faults():
        findings = list(examination.examine(needs))
    lacks = {
        "process": examination.lacking(findings, Need.LAB),
        "docker": examination.lacking(findings, Need.DOCKER),
    }
    asked = [name for name in lacks if engine is None or name == engine.value]
    if as_json:
        shown = {
            "schema": examination.SCHEMA,
            "lacks": {name: lacks[name] for name in asked},
            "findings": [found.as_json() for found in findings],
        }
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
    else:
        console = text.console()
        for found in findings:
            console.print(Text(found.line()), soft_wrap=True)
        for name in asked:
            missing = f"lacks: {', '.join(lacks[name])}" if lacks[name] else "has all it needs"
            console.print(Text(f"`--engine {name}` {missing}"), soft_wrap=True)
    if any(lacks[name] for name in asked):
        raise typer.Exit(ExitCode.SOME_FAIL)
