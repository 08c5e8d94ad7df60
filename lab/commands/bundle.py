"""`pacslab bundle`: what a room without a network needs, written here and loaded there."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from typer.core import TyperGroup

from lab.commands.faults import faults
from lab.commands.options import EngineName, Patients, SizeOption
from lab.commands.up import up
from lab.progress import Progress
from lab.report import text
from sample_images.size import Size


class _WriteUnlessTold(TyperGroup):
    """``pacslab bundle DIR`` writes: the name of a command may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["write", *args]
        return super().parse_args(ctx, args)


bundle = typer.Typer(
    cls=_WriteUnlessTold,
    no_args_is_help=True,
    help="What a room without a network needs: `pacslab bundle DIR` writes it, "
    "`pacslab bundle load DIR` brings the lab up from it.",
)


@bundle.command()
def write(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    *,
    engine: Annotated[
        EngineName, typer.Option(help="process: without the container images.")
    ] = EngineName.DOCKER,
) -> None:
    """Write images, wheels, sources and documentation into DIR, with checksums."""
    from lab.bundle.write import INSTALL  # noqa: PLC0415 - most commands need none of this
    from lab.bundle.write import write as write_bundle  # noqa: PLC0415

    console = text.console()
    with faults("write to"):
        with Progress(console) as progress:
            seal = write_bundle(directory, engine.value, progress)
        size = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
        console.print(Text(f"{directory}: {size / 1e6:.0f} MB, seal {seal}"), soft_wrap=True)
        console.print(Text(f"what to do with it there: {directory / INSTALL}"), soft_wrap=True)


@bundle.command()
def load(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="What `bundle` wrote.")],
    *,
    engine: Annotated[
        EngineName | None, typer.Option(help="Else in containers, if the bundle has images.")
    ] = None,
    patients: Patients = 16,
    size: SizeOption = Size.FULL,
) -> None:
    """Check every file, load the images, and bring the lab up. Nothing is built or fetched."""
    from lab.bundle import sums  # noqa: PLC0415 - most commands need none of this
    from lab.bundle.load import load as load_bundle  # noqa: PLC0415

    console = text.console()
    with faults():
        with Progress(console) as progress:
            chosen = load_bundle(directory, engine.value if engine else None, progress)
        console.print(Text(f"the bundle is whole, seal {sums.seal(directory)}"), soft_wrap=True)
    up(engine=EngineName(chosen), patients=patients, size=size)
