"""C-GET and C-MOVE of a CT series of 200 slices, again and again."""

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from pydicom.dataset import Dataset
from rich.table import Table

from tests.bench.instances import CT, encoded, write_template
from tests.bench.lean import Job
from tests.bench.measuring import ROOT, Burst, burst
from tests.bench.results import Column, Results, table
from tests.bench.rows import DCMQRSCP, OPEN, ORTHANC, QRSCP, SECURE, TLS_ALONE
from tests.bench.servers import Running, Server
from tests.bench.uids import series_uid, study_uid

SLICES = 200
SERVERS = (OPEN, SECURE, TLS_ALONE, ORTHANC, DCMQRSCP, QRSCP)
MODELS = {"get": "1.2.840.10008.5.1.4.1.2.2.3", "move": "1.2.840.10008.5.1.4.1.2.2.2"}
"""Study Root (PS3.4 C.6.2)."""
MODALITY, WORKSTATION = "MODALITY", "WORKSTATION"
SERIES = 1
"""Its number."""


def column(work: str) -> str:
    """What a service is called."""
    return f"C-{work.upper()}"


def measure(servers: Sequence[Server], rounds: int, seconds: float) -> Results:
    """All servers run, hold the series, and are asked for it in turn."""
    results = Results()
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name, ExitStack() as stack:
        folder, running = Path(name), {}
        template = write_template(folder / "template", CT)
        identifier = write_identifier(folder / "identifier")
        for number, server in enumerate(servers):
            if not server.absent:
                with results.failing(server, f"filled with {SLICES} slices"):
                    at = folder / str(number)
                    running[server] = stack.enter_context(filled(server, at, template))
        for turn, (server, one), work in itertools.product(range(rounds), running.items(), MODELS):
            asked = partial(ask, one, work, identifier, seconds)
            results.keep(server, column(work), turn, asked)
    return results


def write_identifier(path: Path) -> Path:
    """The series that is asked for."""
    ds = Dataset()
    ds.QueryRetrieveLevel = "SERIES"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study_uid(SERIES), series_uid(SERIES)
    path.write_bytes(encoded(ds))
    return path


@contextmanager
def filled(server: Server, folder: Path, template: Path) -> Iterator[Running]:
    """A server that holds the series, and the receiver that it sends to."""
    with server.running(folder) as running, receiver(running):
        job = Job(
            port=running.port,
            called=running.title,
            calling=MODALITY,
            work="store",
            number=SERIES,
            count=SLICES,
            sop_class_uid=CT.sop_class_uid,
            template=str(template),
            tls=running.tls(MODALITY),
        )
        burst(running.process, [job])
        yield running


@contextmanager
def receiver(running: Running) -> Iterator[None]:
    """WORKSTATION listens, with its certificate where the server has one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.receiver"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        place = {"port": running.destination, "tls": running.tls(WORKSTATION)}
        process.stdin.write(json.dumps(place) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.communicate()


def ask(running: Running, work: str, identifier: Path, seconds: float) -> Burst:
    """One client that retrieves the series again and again."""
    job = Job(
        port=running.port,
        called=running.title,
        calling=WORKSTATION,
        work=work,
        seconds=seconds,
        count=SLICES,
        sop_class_uid=MODELS[work],
        template=str(identifier),
        tls=running.tls(WORKSTATION),
    )
    return burst(running.process, [job])


def cpu_per_image(one: Burst) -> float:
    """Milliseconds of the server."""
    return one.cpu / one.count * 1e3


def shown(results: Results, servers: Sequence[Server]) -> Table:
    """Images a second, what each costs the server, and its memory."""
    columns = [
        made
        for work in MODELS
        for made in (
            Column(f"{column(work)}, images/s", column(work)),
            Column("CPU ms/image", column(work), cpu_per_image, "{:.2f}"),
            Column("MB", column(work), lambda one: one.memory / 1e6),
        )
    ]
    return table(f"retrieval of a CT series of {SLICES}", results, servers, columns)
