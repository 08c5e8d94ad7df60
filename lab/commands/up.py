"""`pacslab up`: both archives, to try by hand."""

from datetime import timedelta
from typing import Annotated

import typer

from lab import standing
from lab.commands.faults import faults
from lab.commands.options import EngineName, EngineOption, Patients, Seed, SizeOption
from lab.commands.status import show
from lab.engines.known import by_name
from lab.progress import Progress
from lab.report import text
from sample_images.size import Size


def up(
    *,
    engine: EngineOption = EngineName.PROCESS,
    hours: Annotated[
        float, typer.Option(min=0.01, max=72, help="It stops itself after so many hours.")
    ] = 8,
    patients: Patients = 16,
    seed: Seed = 2019,
    size: SizeOption = Size.FULL,
) -> None:
    """Run both archives, filled. They run on by themselves until `down` or their last hour."""
    console = text.console()
    with faults("write to"):
        with Progress(console) as progress:
            lab = standing.raise_lab(
                by_name(engine.value, progress),
                progress,
                time_to_live=timedelta(hours=hours),
                patients=patients,
                seed=seed,
                size=size,
            )
        show(lab, standing.which_run(lab))
