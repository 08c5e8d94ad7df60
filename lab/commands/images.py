"""`pacslab images`: synthetic DICOM files and their answer key."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab.commands.faults import faults
from lab.commands.options import Patients, Seed, SizeOption
from lab.progress import Progress
from lab.report import text
from sample_images.size import Size
from sample_images.writing import write


def images(
    directory: Annotated[Path, typer.Argument(help="Where the files go.")],
    patients: Patients = 16,
    seed: Seed = 2019,
    size: SizeOption = Size.FULL,
) -> None:
    """Write synthetic DICOM files. With them goes manifest.json: what is in each of them."""
    console = text.console()
    with faults("write to"):
        with Progress(console) as progress, progress.task("drawing patients", patients) as task:
            manifest = write(
                directory,
                patients=patients,
                seed=seed,
                size=size,
                progress=lambda done, _total, words: task.reach(done, words),
            )
        count = sum(1 for _ in manifest.instances())
        console.print(Text(f"{count} images of {patients} patients: {directory}"), soft_wrap=True)
