"""`pacslab verify`: the same questions, put to any PACS."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.table import Table
from rich.text import Text

from lab import bad_certificates as bad
from lab import catalogue, standing
from lab.claims import showing
from lab.commands.faults import faults
from lab.errors import WrongUseError
from lab.progress import Progress
from lab.report import text
from lab.report.single import last_line, single
from lab.scene import Credential
from lab.verify.address import Address, check_consent, parse, read_scope
from lab.verify.identity import NOBODY, Identity, IdentityTable, PeerTable, check, read_identity
from lab.verify.leaving import Wanted, exit_code, leave, wanted
from lab.verify.many import Order, read_targets, summarise, verify_all
from lab.verify.one import Plan
from lab.verify.one import verify as visit
from lab.verify.titles import titles_in

PASSCODE = "PACSLAB_PASSCODE"
Title = Annotated[str | None, typer.Option(metavar="TITLE")]


def verify(
    target: Annotated[
        str | None, typer.Argument(metavar="HOST[:PORT]", help="The archive.")
    ] = None,
    *,
    targets: Annotated[
        Path | None, typer.Option(help="CSV: target, called_ae, identity; many archives.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Archives at a time.")] = 24,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("out/verify"),
    identity: Annotated[
        Path | None, typer.Option(help="TOML file: peers that the archive knows.")
    ] = None,
    called_ae: Annotated[str | None, typer.Option(help="The archive's AE title.")] = None,
    calling_ae: Annotated[str | None, typer.Option(help="A title that it knows: ours.")] = None,
    ca: Annotated[Path | None, typer.Option(help="PEM: the CA of its certificate.")] = None,
    cert: Annotated[Path | None, typer.Option(help="PEM: our certificate.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM: its key.")] = None,
    server_name: Annotated[
        str | None, typer.Option(help="The name in the archive's certificate, if not HOST.")
    ] = None,
    user: Annotated[
        str | None, typer.Option(help=f"User name; the passcode comes from {PASSCODE}.")
    ] = None,
    listens_on: Annotated[
        str | None, typer.Option(help="HOST:PORT of ours, where C-MOVE to our title arrives.")
    ] = None,
    bad_certificates: Annotated[
        Path | None, typer.Option(help="Folder of certificates that it must refuse, by case.")
    ] = None,
    conformance_statement: Annotated[
        Path | None, typer.Option(help="Text, HTML or PDF: AE titles to try, profiles claimed.")
    ] = None,
    claims: Annotated[
        str | None, typer.Option(metavar="FILE", help="TOML: a vendor's claims to hold against.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="JUnit XML to write.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="SARIF 2.1.0 to write.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Evidence pack to write (ZIP).")] = None,
    signing_key: Annotated[
        Path | None, typer.Option(help="PEM: Ed25519 key that signs the pack.")
    ] = None,
    i_am_authorised: Annotated[
        str | None, typer.Option(help="Who allows it, on what ground; goes into the report.")
    ] = None,
    scope: Annotated[
        Path | None, typer.Option(help="File that names the public addresses in scope.")
    ] = None,
    allow_marked_write: Annotated[
        bool, typer.Option("--allow-marked-write", help="Try to store marked instances.")
    ] = False,
    count: Annotated[
        bool, typer.Option("--count", help="Count the persons whose records leak.")
    ] = False,
    at_most: Annotated[int, typer.Option(min=1, help="Persons to count; then: at least.")] = 1000,
    callback_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where we listen for a C-MOVE.")
    ] = None,
    budget: Annotated[int, typer.Option(min=10, help="Connections in all.")] = 1000,
    pause: Annotated[
        float | None, typer.Option(min=0, help="Seconds between two connections.")
    ] = None,
) -> None:
    """Put the questions to any PACS. Read-only, counted, gentle; a report with the reasons."""
    with faults("use"), tempfile.TemporaryDirectory(prefix="pacslab-user-") as folder:
        asked = wanted(
            claims=claims,
            statement=conformance_statement,
            junit=junit,
            sarif=sarif,
            pack=pack,
            signing_key=signing_key,
        )
        check_it_may_be_asked = partial(
            check_consent,
            authorised=i_am_authorised,
            scope=read_scope(scope),
            ours=standing.addresses,
        )
        if targets is not None:
            if junit or sarif or pack:
                raise WrongUseError(
                    "--junit, --sarif and --pack are of one archive: "
                    "make them afterwards, pacslab report show and report pack"
                )
            pattern = Order(
                "",
                Address("", "", ()),
                NOBODY,
                out,
                i_am_authorised,
                titles=() if conformance_statement is None else titles_in(conformance_statement),
                may_write=allow_marked_write,
                at_most=at_most if count else None,
                budget=budget,
                pause=pause,
                closed_by=catalogue.closed_by(),
                claims=asked.claims,
            )
            _show_many(read_targets(targets, check_it_may_be_asked, pattern), out, jobs)
        if target is None:
            raise WrongUseError("say which archive: HOST, HOST:PORT, or --targets FILE for many")
        address = parse(target)
        check_it_may_be_asked(address)
        peer = (
            PeerTable(
                ae_title=calling_ae or "",
                certificate=_here(cert),
                key=_here(key),
                listens_on=listens_on,
                user=_user(user, Path(folder)),
            )
            if calling_ae
            else None
        )
        table = IdentityTable(
            called_ae=called_ae,
            ca=_here(ca),
            server_name=server_name,
            peers=(peer,) if peer else (),
        )
        plan = Plan(
            address,
            _together(identity, table, cert or key or user),
            i_am_authorised,
            bad_certificates={} if bad_certificates is None else _load(bad_certificates),
            titles=() if conformance_statement is None else titles_in(conformance_statement),
            may_write=allow_marked_write,
            at_most=at_most if count else None,
            callback_port=callback_port,
            budget=budget,
            pause=pause,
            closed_by=catalogue.closed_by(),
        )
        _show(plan, out, asked)


def _show_many(orders: Sequence[Order], out: Path, jobs: int) -> NoReturn:
    """Ask all of a list: one progress display, one summary."""
    console = text.console()
    out.mkdir(parents=True, exist_ok=True)
    with Progress(console) as progress, progress.task("archives", len(orders)) as task:
        rows = verify_all(
            orders, out, jobs, lambda row: task.reach(task.done + 1, f"{row.target} {row.exposure}")
        )
    code = summarise(rows, len(orders), out)
    table = Table("archive", "exposure", "fail", "inconclusive", "pass", "s", expand=True)
    for row in rows:
        counts = (str(row.counts[one]) for one in ("fail", "inconclusive", "pass"))
        table.add_row(*map(Text, (row.target, row.exposure, *counts, str(row.seconds))))
    console.print(table)
    console.print(Text(f"the summary: {out / 'summary.html'}"), soft_wrap=True)
    if len(rows) < len(orders):
        left = len(orders) - len(rows)
        console.print(Text(f"stopped: {left} were not asked; the same command goes on from here"))
    raise typer.Exit(code)


def _here(path: Path | None) -> Path | None:
    """Options are relative to where we are, not to a file."""
    return None if path is None else path.absolute()


def _user(name: str | None, folder: Path) -> Path | None:
    if name is None:
        return None
    passcode = os.environ.get(PASSCODE)
    if passcode is None:
        raise WrongUseError(f"--user {name}: put the passcode into the environment as {PASSCODE}")
    (folder / "name").write_text(name, encoding="utf-8")
    (folder / "passcode").write_text(passcode, encoding="utf-8")
    return folder


def _together(file: Path | None, table: IdentityTable, of_peer: object) -> Identity:
    """The file's identity, with what the options say beside it."""
    if of_peer and not table.peers:
        raise WrongUseError(
            "--cert, --key and --user belong to a peer: name it, --calling-ae TITLE"
        )
    told = check(table)
    if file is None:
        return told
    read = read_identity(file)
    return replace(
        read,
        called_ae=told.called_ae or read.called_ae,
        ca=told.ca or read.ca,
        server_name=told.server_name or read.server_name,
        peers={**read.peers, **{f"given {role}": one for role, one in told.peers.items()}},
    )


def _load(folder: Path) -> Mapping[str, Credential]:
    try:
        return bad.load(folder)
    except bad.UnknownCaseError as error:
        raise WrongUseError(str(error)) from error


def _show(plan: Plan, out: Path, asked: Wanted) -> None:
    """Ask, write, and print."""
    console = text.console()
    out.mkdir(parents=True, exist_ok=True)
    with Progress(console) as progress, progress.task(f"questions to {plan.address.text}") as task:
        verified = visit(plan, lambda words: task.reach(task.done + 1, words))
    report = leave(verified.report, plan.transcript, out, asked)
    console.print(single(report))
    if report.claims:
        console.print(showing.table(report.claims))
        console.print(Text(showing.last_line(report.claims)), soft_wrap=True)
    console.print(Text(f"the report: {out / 'report.html'}"), soft_wrap=True)
    console.print(last_line(report), soft_wrap=True)
    raise typer.Exit(exit_code(verified.exit_code, report))
