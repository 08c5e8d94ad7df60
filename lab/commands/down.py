"""`pacslab down`: stop the lab and remove what it kept."""

from typing import Annotated

import typer
from rich.text import Text

from lab import standing
from lab.commands.faults import faults
from lab.engines import known
from lab.report import text


def down(
    *,
    images: Annotated[
        bool, typer.Option("--images", help="Remove the container images, too.")
    ] = False,
) -> None:
    """Stop the lab. Everything it kept is removed, its images and keys included."""
    with faults():
        try:
            known.down(standing.find())
            said = "the lab is down; its images and keys are gone"
        except standing.NoLabError as error:
            said = str(error)
        text.console().print(Text(said))
        if images:
            text.console().print(Text(_remove_container_images()), soft_wrap=True)


def _remove_container_images() -> str:
    from lab.engines.docker import remove_images  # noqa: PLC0415 - most commands need no SDK

    kept = remove_images()
    return f"still in use: {', '.join(kept)}" if kept else "the container images are gone"
