"""C-STORE: every server, three sizes, one and four associations, the lean sender and DCMTK's."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.table import Table

from tests.bench.instances import CT, DX, KINDS, TINY, Kind, write_files, write_template
from tests.bench.lean import FailedError, Job
from tests.bench.measuring import Burst, burst, meter
from tests.bench.results import Column, Results, table
from tests.bench.servers import ENVIRONMENT, PATHS, Running, Server

ASSOCIATIONS = (1, 4)
MODALITY = "MODALITY"
NUMBERS_APART = 1_000_000
"""Between the numbers of two associations' first instances."""
PROMPT, STALLED = 100, 25
"""Files for DCMTK's client: few where each may cost 40 ms."""


@dataclass(frozen=True)
class Load:
    """One column of the table."""

    kind: Kind
    associations: int

    def __str__(self) -> str:
        """As it stands above its column."""
        return f"{self.kind.name} x{self.associations}"


LOADS = tuple(Load(kind, count) for kind in KINDS for count in ASSOCIATIONS)
TINY_4, CT_1, CT_4, DX_4 = Load(TINY, 4), Load(CT, 1), Load(CT, 4), Load(DX, 4)


@dataclass(frozen=True)
class Client:
    """How DCMTK's client is called, for one column of its table."""

    kind: Kind
    no_delay: bool

    def numbers(self, at: int) -> range:
        """Instances of its own: what an archive has already is no work for it, or refused."""
        first = at * PROMPT + 1
        return range(first, first + (PROMPT if self.no_delay else STALLED))


CLIENTS = {
    f"{kind.name}, {how}": Client(kind, no_delay)
    for kind in (TINY, CT)
    for how, no_delay in (("as it is", False), ("TCP_NODELAY", True))
}


class Sending:
    """What is sent, prepared once for all servers."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._templates = {
            kind: write_template(folder / f"template-{kind.name}", kind) for kind in KINDS
        }
        self._files = {
            column: write_files(folder / f"files-{at}", client.kind, client.numbers(at))
            for at, (column, client) in enumerate(CLIENTS.items())
        }
        self._seconds = seconds
        self._numbers = itertools.count(NUMBERS_APART, NUMBERS_APART)

    def job(self, running: Running, kind: Kind, calling: str = MODALITY) -> Job:
        """For one association of the lean sender."""
        return Job(
            port=running.port,
            called=running.title,
            calling=calling,
            work="store",
            seconds=self._seconds,
            number=next(self._numbers),
            sop_class_uid=kind.sop_class_uid,
            template=str(self._templates[kind]),
            tls=running.tls(calling),
        )

    def lean(self, running: Running, load: Load) -> Burst:
        """One burst of the lean sender."""
        jobs = [self.job(running, load.kind) for _ in range(load.associations)]
        return burst(running.process, jobs)

    def dcmtk(self, running: Running, column: str) -> Burst:
        """One run of DCMTK's storescu, the start of the program included."""
        files, no_delay = self._files[column], CLIENTS[column].no_delay
        environment = {key: value for key, value in ENVIRONMENT.items() if key != "TCP_NODELAY"}
        if no_delay:
            environment = ENVIRONMENT
        tls = []
        if running.identities:
            own = running.identities[MODALITY]
            tls = ["+tls", str(own.key), str(own.certificate), "+cf", str(own.trust)]
        titles = ["-aet", MODALITY, "-aec", running.title, "--max-pdu", "131072"]
        command = [str(storescu()), *tls, *titles, "127.0.0.1", str(running.port)]
        with meter(running.process) as metered:
            done = subprocess.run(
                [*command, *map(str, files)], check=False, capture_output=True, env=environment
            )
        if done.returncode:
            raise FailedError(f"storescu ended with {done.returncode}")
        size = sum(file.stat().st_size for file in files)
        return metered.burst(len(files) / metered.seconds, count=len(files), size=size)


def storescu() -> str | None:
    """DCMTK's, not the program of that name that comes with pynetdicom."""
    return shutil.which("storescu", path=PATHS)


def measure(servers: Sequence[Server], rounds: int, seconds: float) -> Results:
    """Every server in turn, fresh each time, in every round; a failure is kept as such."""
    results = Results()
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name:
        folder = Path(name)
        sending = Sending(folder, seconds)
        for turn, (number, server) in itertools.product(range(rounds), enumerate(servers)):
            if server.absent:
                continue
            with (
                results.failing(server, "start"),
                server.running(folder / f"{turn}-{number}") as running,
            ):
                for column, work in works(sending, running):
                    os.sync()  # what the column before left unwritten would hold this one back
                    results.keep(server, column, turn, work)
    return results


def works(sending: Sending, running: Running) -> Iterator[tuple[str, Callable[[], Burst]]]:
    """What one server is given in its turn, column by column."""
    for load in LOADS:
        yield str(load), partial(sending.lean, running, load)
    if storescu():
        for column in CLIENTS:
            yield column, partial(sending.dcmtk, running, column)


def tables(results: Results, servers: Sequence[Server]) -> Iterator[Table]:
    """Instances a second; what they cost; and DCMTK's client."""
    lean = [Column(str(load), str(load)) for load in LOADS]
    yield table("C-STORE, instances/s, lean sender (x: associations)", results, servers, lean)
    costs = [
        Column("CPU s/GB, 10 KB x4", str(TINY_4), cpu_per_gigabyte, "{:.1f}"),
        Column("CPU s/GB, CT x4", str(CT_4), cpu_per_gigabyte, "{:.2f}"),
        Column("CPU s/GB, DX x4", str(DX_4), cpu_per_gigabyte, "{:.2f}"),
        Column("median answer CT x1, ms", str(CT_1), lambda burst: burst.latency * 1e3, "{:.2f}"),
        Column("memory CT x4, MB", str(CT_4), memory),
        Column("memory DX x4, MB", str(DX_4), memory),
        Column("processes", str(DX_4), lambda burst: burst.processes),
    ]
    yield table("C-STORE, what it costs the server", results, servers, costs)
    if storescu():
        client = [Column(column, column) for column in CLIENTS]
        yield table("C-STORE, instances/s, DCMTK's storescu", results, servers, client)


def cpu_per_gigabyte(burst: Burst) -> float:
    """Processor seconds."""
    return burst.cpu_per_gigabyte


def memory(burst: Burst) -> float:
    """Megabytes of all processes."""
    return burst.memory / 1e6


def memory_per_worker(burst: Burst) -> float:
    """Megabytes; what the supervisor needs is borne by its workers."""
    return memory(burst) / max(burst.processes - 1, 1)
