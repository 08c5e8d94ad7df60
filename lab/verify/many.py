"""Verifies many archives: from a list, several at a time, and again from where it was stopped.

Each archive is asked by a process of its own, as gently as one alone. What is finished is written
down at once; a second run asks only what is left.
"""

import csv
import json
import multiprocessing
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.context import BaseContext
from pathlib import Path

from lab.claims.reading import Claims
from lab.errors import WrongUseError
from lab.report import templates
from lab.report.model import Report
from lab.verdict import ExitCode, Verdict
from lab.verify.address import Address, parse
from lab.verify.identity import NOBODY, Identity, read_identity
from lab.verify.leaving import Wanted, exit_code, leave
from lab.verify.one import Plan, verify

COLUMNS = ("target", "called_ae", "identity")
DONE = "finished.jsonl"


@dataclass(frozen=True)
class Order:
    """One archive to ask; it goes to another process. See :class:`lab.verify.one.Plan`."""

    target: str
    address: Address
    identity: Identity
    out: Path
    authorised: str | None = None
    titles: tuple[str, ...] = ()
    may_write: bool = False
    at_most: int | None = None
    budget: int = 1000
    pause: float | None = None
    closed_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    claims: Claims | None = None
    """Held against each of them."""


@dataclass(frozen=True)
class Row:
    """What became of one archive."""

    target: str
    exposure: str
    exit_code: int
    counts: Mapping[str, int]
    folder: str
    seconds: float
    fault: str = ""
    """A fault of ours; then nothing is known of the archive."""


def read_targets(path: Path, check: Callable[[Address], None], pattern: Order) -> Sequence[Order]:
    """The archives of a CSV file with a head line; paths in it are relative to it.

    ``check`` raises for an address that may not be asked.

    Raises:
        WrongUseError: a line cannot be obeyed; nothing is asked then.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        unknown = set(rows.fieldnames or ()) - set(COLUMNS)
        if "target" not in (rows.fieldnames or ()) or unknown:
            raise WrongUseError(
                f"{path}: line 1: the columns are target and, if wanted, called_ae and identity"
            )
        orders = [_order(row, path, rows.line_num, check, pattern) for row in rows]
    if not orders:
        raise WrongUseError(f"{path}: names no archive")
    doubled = [name for name, times in Counter(one.target for one in orders).items() if times > 1]
    if doubled:
        raise WrongUseError(f"{path}: {doubled[0]} stands there more than once")
    return orders


def _order(
    row: Mapping[str, str | None],
    path: Path,
    line: int,
    check: Callable[[Address], None],
    pattern: Order,
) -> Order:
    target = (row["target"] or "").strip()
    try:
        address = parse(target)
        check(address)
        given = (row.get("identity") or "").strip()
        identity = read_identity(path.parent / given) if given else NOBODY
    except (WrongUseError, OSError) as error:
        raise WrongUseError(f"{path}: line {line}: {error}") from error
    called = (row.get("called_ae") or "").strip() or identity.called_ae
    return replace(
        pattern,
        target=target,
        address=address,
        identity=replace(identity, called_ae=called),
        out=pattern.out / re.sub(r"[^A-Za-z0-9.-]", "_", target),
    )


def verify_all(
    orders: Sequence[Order], out: Path, jobs: int, told: Callable[[Row], None]
) -> Sequence[Row]:
    """Ask all that were not asked before; in the order of the list, whoever is done first.

    A Ctrl-C ends the processes at once; what is finished stays, and is summed up.
    """
    finished = read_finished(out)
    left = [order for order in orders if order.target not in finished]
    for row in finished.values():
        told(row)
    with _fresh_processes().Pool(min(jobs, len(left) or 1), _let_the_first_process_decide) as pool:
        try:
            for row in pool.imap_unordered(_ask, left):
                finished[row.target] = row
                _write_down(row, out)
                told(row)
        except KeyboardInterrupt:
            pool.terminate()
    return [finished[order.target] for order in orders if order.target in finished]


def _fresh_processes() -> BaseContext:
    """Processes with nothing of ours but what is loaded now, if the system can; else with nothing.

    Loading the lab costs more than asking an archive; each would do it again.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([name for name in sys.modules if name.startswith("lab.")])
    return context


def _let_the_first_process_decide() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _ask(order: Order) -> Row:
    began = time.monotonic()
    try:
        order.out.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            order.address,
            order.identity,
            order.authorised,
            titles=order.titles,
            may_write=order.may_write,
            at_most=order.at_most,
            budget=order.budget,
            pause=order.pause,
            closed_by=order.closed_by,
        )
        verified = verify(plan)
        report = leave(verified.report, plan.transcript, order.out, Wanted(order.claims))
    except Exception as error:  # one archive must not stop the others
        fault = f"{type(error).__name__}: {error}"
        return _row(order, None, ExitCode.INCONCLUSIVE, began, fault)
    return _row(order, report, exit_code(verified.exit_code, report), began, "")


def _row(order: Order, report: Report | None, code: ExitCode, began: float, fault: str) -> Row:
    measured = report.exposure if report else None
    return Row(
        target=order.target,
        exposure=measured.text if measured else "?",
        exit_code=int(code),
        counts={str(one): report.count(one) if report else 0 for one in Verdict},
        folder=order.out.name,
        seconds=round(time.monotonic() - began, 1),
        fault=fault,
    )


def read_finished(out: Path) -> dict[str, Row]:
    """What an earlier run finished; faults of ours are tried again."""
    try:
        lines = (out / DONE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    rows = [Row(**json.loads(line)) for line in lines]
    return {row.target: row for row in rows if not row.fault}


def _write_down(row: Row, out: Path) -> None:
    with (out / DONE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(row)) + "\n")


def summarise(rows: Sequence[Row], asked: int, out: Path) -> ExitCode:
    """One summary of all: ``summary.json`` and ``summary.html``; and the exit code of all."""
    code = exit_code_of(rows, asked)
    told = {"targets": asked, "finished": len(rows), "rows": [asdict(row) for row in rows]}
    (out / "summary.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    page = templates.render(
        "targets.html.jinja",
        rows=rows,
        asked=asked,
        levels=sorted(Counter(row.exposure for row in rows).items(), reverse=True),
    )
    (out / "summary.html").write_text(page, encoding="utf-8")
    return code


def exit_code_of(rows: Iterable[Row], asked: int) -> ExitCode:
    """A fail counts before doubt, and an archive that was not asked is in doubt."""
    codes = [row.exit_code for row in rows]
    if ExitCode.SOME_FAIL in codes:
        return ExitCode.SOME_FAIL
    doubt = len(codes) < asked or ExitCode.INCONCLUSIVE in codes
    return ExitCode.INCONCLUSIVE if doubt else ExitCode.ALL_PASS
