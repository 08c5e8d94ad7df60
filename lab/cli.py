"""The command line: puts the commands of lab.commands together, and nothing else.

Exit codes: 0 all pass (or the demo showed what it should), 1 some fail, 2 wrong use,
3 inconclusive or not reachable.
"""

import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer

from lab.commands.audit import audit
from lab.commands.bundle import bundle
from lab.commands.conformance import conformance
from lab.commands.controls import controls
from lab.commands.demo import demo
from lab.commands.doctor import doctor
from lab.commands.down import down
from lab.commands.images import images
from lab.commands.maps import maps
from lab.commands.matrix import matrix
from lab.commands.peer import peer
from lab.commands.probes import probes
from lab.commands.report import report
from lab.commands.reset import reset
from lab.commands.rogue import rogue
from lab.commands.schema import schema
from lab.commands.status import status
from lab.commands.up import up
from lab.commands.verify import verify

COMMANDS: tuple[Callable[..., None], ...] = (
    demo,
    images,
    up,
    status,
    down,
    reset,
    verify,
    rogue,
    matrix,
    doctor,
    probes,
    controls,
    maps,
    conformance,
    schema,
)
"""In the order of the help; a command is called as its function is."""
GROUPS: tuple[tuple[str, typer.Typer], ...] = (
    ("report", report),
    ("audit", audit),
    ("peer", peer),
    ("bundle", bundle),
)

app = typer.Typer(
    name="pacslab",
    help="See image archives leak, close the leak, prove that it is closed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _command in COMMANDS:
    app.command()(_command)
for _name, _group in GROUPS:
    app.add_typer(_group, name=_name)


def _say_version(asked: bool) -> None:  # noqa: FBT001 - typer's signature of a callback
    if asked:
        sys.stdout.write(f"pacslab {version('pacslab')}\n")
        raise typer.Exit


@app.callback()
def _every_command(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Say which pacslab this is."
        ),
    ] = False,
) -> None:
    """See image archives leak, close the leak, prove that it is closed."""


def main() -> None:
    """``pacslab``."""
    app()


if __name__ == "__main__":
    main()
