"""Options that several commands share, so that they mean the same everywhere."""

from enum import StrEnum
from typing import Annotated

import typer

from sample_images.size import Size


class EngineName(StrEnum):
    """Where the lab runs."""

    PROCESS = "process"
    DOCKER = "docker"


Patients = Annotated[int, typer.Option(min=1, max=100_000, help="How many patients to invent.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same patients.")]
SizeOption = Annotated[Size, typer.Option(help="small: a quarter of the rows, columns and slices.")]
EngineOption = Annotated[
    EngineName,
    typer.Option(help="process: as programs of this computer; docker: in containers."),
]
