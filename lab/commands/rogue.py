"""`pacslab rogue`: the bad certificates with the roles swapped."""

import contextlib
import tempfile
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import rich.table
import typer
from rich.console import Console
from rich.text import Text

from lab import bad_certificates as bad
from lab.commands.faults import end, faults
from lab.errors import WrongUseError
from lab.key_files import private_folder
from lab.pki import Authority
from lab.progress import Progress
from lab.report import text
from lab.rogue import faces, table
from lab.rogue.faces import GOOD, Face
from lab.rogue.listener import Listener, Outcome, Visit
from lab.scene import is_loopback
from lab.verdict import ExitCode
from lab.verify.address import parse

FIRST_PORT = 12762
LIFETIME = timedelta(hours=8)


def rogue(
    *,
    listen: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Listen there for a device of yours.")
    ] = None,
    i_am_authorised: Annotated[
        str | None, typer.Option(help="Who allows it, on what ground.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="First port; each case has the next. 0: any.")
    ] = FIRST_PORT,
    names: Annotated[
        list[str] | None, typer.Option("--name", help="Host name that the device knows us by.")
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option("--bad-certificates", help="Your own, one folder a case.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the CA to be trusted goes.")] = Path("out/rogue"),
    minutes: Annotated[float, typer.Option(min=0, help="How long to listen.")] = 60.0,
) -> None:
    """Show bad certificates to whoever calls: our own SCU, or a device of yours.

    Holds no images, accepts no association, stores nothing.
    """
    console = text.console()
    with faults("use"):
        if listen is None:
            _ours(console)
            return
        address = parse(listen)
        if not is_loopback(address.host) and not i_am_authorised:
            raise WrongUseError(
                f"{listen} can be reached by others; say on whose word you listen there: "
                '--i-am-authorised "..."'
            )
        shown = _faces(out, address.host, tuple(names or ()), certificates)
        _theirs(console, shown, address.host, port, minutes)


def _ours(console: Console) -> None:
    """Our own SCU before each face, with and without each check."""
    with (
        tempfile.TemporaryDirectory(prefix="pacslab-rogue-") as folder,
        Progress(console) as progress,
        progress.task("rogue archive", 1) as task,
    ):

        def tell(done: int, of: int, face: str) -> None:
            task.expect(of)
            task.reach(done, face)

        found = table.run(Path(folder) / "rogue", progress=tell)
    grid = rich.table.Table(title="how our SCU takes each archive, without one of its checks")
    grid.add_column("an archive", no_wrap=True)
    for column in found.columns:
        grid.add_column(column.removeprefix("without "))
    for row in found.rows:
        cells = found.cells[row.id].values()
        grid.add_row(Text(row.id), *("goes on" if went else "-" for went in cells))
    console.print(grid)
    if not found.is_served:
        end("our SCU refused the good archive, too: its refusals prove nothing", ExitCode(3))
    if found.fooled_by:
        end(f"our SCU was fooled by {', '.join(found.fooled_by)}", ExitCode.SOME_FAIL)
    console.print(f"our SCU took the good archive and refused {len(found.rows) - 1} bad ones")


def _faces(out: Path, host: str, names: Sequence[str], certificates: Path | None) -> Sequence[Face]:
    """The user's own certificates, or those of an authority made for the occasion."""
    if certificates is not None:
        try:
            return faces.faces(None, bad.load(certificates), weak=False)
        except (bad.UnknownCaseError, FileNotFoundError) as error:
            raise WrongUseError(str(error)) from error
    private_folder(out)
    if (out / "authority").exists():
        raise WrongUseError(f"{out} holds an authority of an earlier run; take another folder")
    authority = Authority.create(out / "authority", lifetime=LIFETIME)
    made = faces.make(authority, out / "faces", names=names, addresses=(host,))
    authority.write_crl(out / "crl.pem")
    (out / "ca.pem").write_bytes(authority.trust.read_bytes())
    return made


def _theirs(console: Console, shown: Sequence[Face], host: str, port: int, minutes: float) -> None:
    """Listen until the time is over or somebody ends it; then say what was accepted."""
    visits: list[Visit] = []
    lock = threading.Lock()

    def tell(visit: Visit) -> None:
        with lock:
            visits.append(visit)
            who = f" as {visit.calling_ae_title}" if visit.calling_ae_title else ""
            line = f"{visit.face}: {visit.caller}{who} {visit.outcome}: {visit.why}"
            console.print(Text(line, "red" if _is_fooled(visit) else ""))

    with contextlib.ExitStack() as stack:
        for place, face in enumerate(shown):
            at = (host, port + place if port else 0)
            listener = stack.enter_context(Listener(face, at, tell))
            console.print(Text(f"{listener.address[1]:>5}  {face.id}: an archive {face.words}"))
        console.print("call each port from your device; Ctrl-C ends it and sums up")
        with contextlib.suppress(KeyboardInterrupt):
            wait(minutes * 60)
    _sum_up(console, shown, visits)


def wait(seconds: float) -> None:
    """Let the listeners listen."""
    threading.Event().wait(seconds)


def _is_fooled(visit: Visit) -> bool:
    return visit.outcome is Outcome.ACCEPTED and visit.face != GOOD


def _sum_up(console: Console, shown: Sequence[Face], visits: Sequence[Visit]) -> None:
    """One line a face, and the exit code."""
    grid = rich.table.Table("an archive", "IHE", "the device")
    for face in shown:
        outcomes = {visit.outcome for visit in visits if visit.face == face.id}
        said = ", ".join(sorted(outcomes)) if outcomes else "did not call"
        grid.add_row(Text(face.id), Text(face.ihe), said)
    console.print(grid)
    if any(_is_fooled(visit) for visit in visits):
        end("the device accepted an archive that it must refuse", ExitCode.SOME_FAIL)
    if not any(visit.face == GOOD and visit.outcome is Outcome.ACCEPTED for visit in visits):
        end("the device never accepted the good archive: refusals prove nothing", ExitCode(3))
