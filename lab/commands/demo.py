"""`pacslab demo`: the leak and its closing, in one report."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab import demo as showing
from lab.commands.faults import faults
from lab.commands.options import EngineName, EngineOption, Patients, Seed, SizeOption
from lab.engines.known import by_name
from lab.progress import Progress
from lab.report import text
from sample_images.size import Size


def demo(
    *,
    out: Annotated[Path, typer.Option(help="Folder of report and pictures.")] = Path("out/demo"),
    engine: EngineOption = EngineName.PROCESS,
    sabotage: Annotated[
        showing.Sabotage | None, typer.Option(help="The hardened archive is down, or refuses all.")
    ] = None,
    patients: Patients = 16,
    seed: Seed = 2019,
    size: SizeOption = Size.FULL,
) -> None:
    """Show the leak and its closing. Two archives, the same stranger, one report."""
    plan = showing.Plan(out, patients, seed, size, sabotage)
    console = text.console()
    with faults("write to"):
        with Progress(console) as progress:
            shown = showing.show(plan, by_name(engine.value, progress), progress)
        console.print(text.demo(shown.report, shown.conclusion))
        console.print()
        console.print(Text(f"{len(shown.pictures)} stolen pictures: {out / showing.STOLEN}"))
        console.print(Text(f"the report: {shown.page}    ({shown.seconds:.0f} s)"), soft_wrap=True)
        console.print(Text("go on with `.venv/bin/pacslab up`: both archives, to try by hand"))
        console.print(text.counts(shown.report), soft_wrap=True)
    raise typer.Exit(shown.conclusion.exit_code)
