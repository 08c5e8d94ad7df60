"""The command line: parsing, and nothing else.

Exit codes: 0 all pass (or the demo showed what it should), 1 some fail, 2 wrong use,
3 inconclusive or not reachable.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from lab import catalogue, demo, standing
from lab.engines import EngineError, known
from lab.engines.known import by_name
from lab.engines.record import Lab
from lab.progress import Progress
from lab.report import text
from lab.report.model import json_schema
from lab.verdict import ExitCode
from sample_images.size import Size
from sample_images.writing import write

app = typer.Typer(
    name="pacslab",
    help="See image archives leak, close the leak, prove that it is closed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit = typer.Typer(no_args_is_help=True, help="The hardened archive's audit trail.")
app.add_typer(audit, name="audit")


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


@contextmanager
def _faults(doing: str = "use") -> Iterator[None]:
    """A fault of ours or the user's is one line and an exit code, never a traceback.

    ``doing``: what a file that the system denies us was wanted for.
    """
    try:
        yield
    except standing.NoLabError as error:
        _end(str(error), ExitCode.INCONCLUSIVE)
    except (EngineError, catalogue.UnknownNameError, catalogue.AuditTrailError) as error:
        _end(str(error), ExitCode.WRONG_USE)
    except OSError as error:
        _end(_denied(error, doing), ExitCode.WRONG_USE)
    except KeyboardInterrupt:
        _end("stopped", ExitCode.WRONG_USE)


def _denied(error: OSError, doing: str) -> str:
    """What the system would not let us do, and where."""
    if error.filename is None or error.strerror is None:
        return str(error)
    return f"cannot {doing} {error.filename}: {error.strerror}"


def _end(line: str, code: ExitCode) -> NoReturn:
    text.console(stderr=True).print(Text(f"pacslab: {line}"), soft_wrap=True)
    raise typer.Exit(code)


@app.command("demo")
def demo_command(
    *,
    out: Annotated[Path, typer.Option(help="Folder of report and pictures.")] = Path("out/demo"),
    engine: EngineOption = EngineName.PROCESS,
    sabotage: Annotated[
        demo.Sabotage | None, typer.Option(help="The hardened archive is down, or refuses all.")
    ] = None,
    patients: Patients = 16,
    seed: Seed = 2019,
    size: SizeOption = Size.FULL,
) -> None:
    """Show the leak and its closing. Two archives, the same stranger, one report."""
    plan = demo.Plan(out, patients, seed, size, sabotage)
    console = text.console()
    with _faults("write to"):
        with Progress(console) as progress:
            shown = demo.show(plan, by_name(engine.value, progress), progress)
        console.print(text.demo(shown.report, shown.conclusion))
        console.print()
        console.print(Text(f"{len(shown.pictures)} stolen pictures: {out / demo.STOLEN}"))
        console.print(Text(f"the report: {shown.page}    ({shown.seconds:.0f} s)"), soft_wrap=True)
        console.print(Text("go on with `.venv/bin/pacslab up`: both archives, to try by hand"))
        console.print(text.counts(shown.report), soft_wrap=True)
    raise typer.Exit(shown.conclusion.exit_code)


@app.command()
def images(
    directory: Annotated[Path, typer.Argument(help="Where the files go.")],
    patients: Patients = 16,
    seed: Seed = 2019,
    size: SizeOption = Size.FULL,
) -> None:
    """Write synthetic DICOM files. With them goes manifest.json: what is in each of them."""
    console = text.console()
    with _faults("write to"):
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


@app.command()
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
    with _faults("write to"):
        with Progress(console) as progress:
            lab = standing.raise_lab(
                by_name(engine.value, progress),
                progress,
                time_to_live=timedelta(hours=hours),
                patients=patients,
                seed=seed,
                size=size,
            )
        _show(lab, standing.which_run(lab))


@app.command()
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False
) -> None:
    """Show the running lab. Exit code 3: none runs, or an archive of it died."""
    with _faults():
        lab = standing.find()
        running = standing.which_run(lab)
        if as_json:
            sys.stdout.write(standing.as_json(lab, running) + "\n")
        else:
            _show(lab, running)
        if not all(running.values()):
            raise typer.Exit(ExitCode.INCONCLUSIVE)


@app.command()
def down(
    *,
    images: Annotated[
        bool, typer.Option("--images", help="Remove the container images, too.")
    ] = False,
) -> None:
    """Stop the lab. Everything it kept is removed, its images and keys included."""
    with _faults():
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


@app.command()
def reset() -> None:
    """Go back to the state after `up`. Whatever was stored since is gone."""
    with _faults():
        lab = standing.find()
        known.engine_of(lab).reset(lab)
        text.console().print(Text("both archives are as they were after `up`"))


@app.command()
def probes(name: Annotated[str | None, typer.Argument(metavar="ID")] = None) -> None:
    """List the questions, or explain one."""
    console = text.console()
    with _faults():
        if name is not None:
            console.print(Markdown(catalogue.probe_page(name)))
            return
        table = Table("probe", "question", "closed by", expand=True)
        for row in catalogue.probe_rows():
            table.add_row(*map(Text, row))
        console.print(table)


@app.command()
def controls(name: Annotated[str | None, typer.Argument(metavar="ID")] = None) -> None:
    """List the safeguards, or explain one."""
    console = text.console()
    with _faults():
        if name is not None:
            console.print(Markdown(catalogue.control_page(name)))
            return
        table = Table("control", "demands", "standard", "needs", expand=True)
        for row in catalogue.control_rows():
            table.add_row(*map(Text, row))
        console.print(table)


@audit.command("check")
def audit_check() -> None:
    """Look for edits. Says which lines of the audit trail were changed, removed or cut off."""
    with _faults():
        findings = catalogue.check_audit(standing.find())
        console = text.console()
        if not findings:
            console.print(Text("the audit trail is as it was written"))
            return
        for finding in findings:
            console.print(Text(finding), soft_wrap=True)
        raise typer.Exit(ExitCode.SOME_FAIL)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the reports."""
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")


def _show(lab: Lab, running: standing.Running) -> None:
    """Where everything is, and what to try."""
    console = text.console()
    for line in standing.describe(lab, running):
        console.print(Text(line, "dim" if line.startswith("#") else ""), soft_wrap=True)


def main() -> None:
    """``pacslab``."""
    app()


if __name__ == "__main__":
    main()
