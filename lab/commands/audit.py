"""`pacslab audit`: the hardened archive's audit trail."""

import typer
from rich.text import Text

from lab import catalogue, standing
from lab.commands.faults import faults
from lab.report import text
from lab.verdict import ExitCode

audit = typer.Typer(no_args_is_help=True, help="The hardened archive's audit trail.")


@audit.command("check")
def check() -> None:
    """Look for edits. Says which lines of the audit trail were changed, removed or cut off."""
    with faults():
        findings = catalogue.check_audit(standing.find())
        console = text.console()
        if not findings:
            console.print(Text("the audit trail is as it was written"))
            return
        for finding in findings:
            console.print(Text(finding), soft_wrap=True)
        raise typer.Exit(ExitCode.SOME_FAIL)
