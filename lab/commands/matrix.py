"""`pacslab matrix`: which control closes what, and whether each does what it says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from lab import catalogue
from lab.commands.faults import faults
from lab.matrix.model import Matrix
from lab.progress import Progress
from lab.report import matrix_page, matrix_text, text


def matrix(
    *,
    controls: Annotated[
        list[str] | None,
        typer.Option(help="Only these, separated by commas; may be repeated. All if absent."),
    ] = None,
    probes: Annotated[list[str] | None, typer.Option(help="The same for the questions.")] = None,
    jobs: Annotated[
        int,
        typer.Option(min=0, max=64, help="Archives asked at once; 0: as many as suit."),
    ] = 0,
    out: Annotated[Path, typer.Option(help="Folder of page and data.")] = Path("out/matrix"),
) -> None:
    """Fill the matrix. Each control alone, the whole without each; exit code 1 if one lied."""
    from lab.matrix.run import Plan, default_jobs, fill  # noqa: PLC0415 - others need no archive

    with faults("write to"):
        plan = Plan(
            catalogue.controls(),
            [catalogue.control(name).name for name in _names(controls)],
            [catalogue.probe(name).id for name in _names(probes)],
            jobs or default_jobs(),
        )
        out.mkdir(parents=True, exist_ok=True)
        console = text.console()
        with Progress(console) as progress, progress.task("filling the matrix") as filling:

            def told(done: int, of: int, column: str) -> None:
                filling.expect(of)
                filling.reach(done, column)

            filled = fill(plan, told)
        page = _leave(filled, out)
        console.print(matrix_text.matrix(filled), soft_wrap=True)
        console.print(Text(f"the page: {page}"), soft_wrap=True)
        console.print(matrix_text.last_line(filled), soft_wrap=True)
    raise typer.Exit(filled.exit_code)


def _names(given: Sequence[str] | None) -> list[str]:
    """Names however they were given: repeated, or separated by commas."""
    return [name.strip() for one in given or () for name in one.split(",") if name.strip()]


def _leave(filled: Matrix, out: Path) -> Path:
    """Write page and data."""
    page = out / "matrix.html"
    page.write_text(matrix_page.page(filled), encoding="utf-8")
    (out / "matrix.json").write_text(filled.to_json(), encoding="utf-8")
    return page
