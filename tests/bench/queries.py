"""C-FIND at several sizes of the archive: one patient, a wild card of 100, everything."""

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydicom.dataset import Dataset
from rich.table import Table

from tests.bench.filling import INSTANCES, fill_index
from tests.bench.instances import SMALLEST, encoded, write_template
from tests.bench.lean import Job
from tests.bench.measuring import Burst, burst
from tests.bench.plot import Panel
from tests.bench.results import Column, Results, table
from tests.bench.rows import DCMQRSCP, OPEN, ORTHANC, QRSCP, SECURE, TLS_ALONE
from tests.bench.servers import Running, Server
from tests.bench.uids import GROUP, family_name, patient_id

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDIES = (100, 1_000, 10_000)
"""With ten instances each: 1,000, 10,000 and 100,000 in the index."""
MILLION = 100_000
"""Studies, of which ours alone is asked: the others would have to be sent a hundred thousand."""
OURS = (OPEN, SECURE, TLS_ALONE)
SERVERS = (*OURS, ORTHANC, DCMQRSCP, QRSCP)
SLOW = (DCMQRSCP, QRSCP)
"""Asked at the smallest size only: they take longer for each instance that they hold."""
MODALITY, WORKSTATION = "MODALITY", "WORKSTATION"


@dataclass(frozen=True)
class Question:
    """What is asked of an archive with a number of studies."""

    name: str
    keys: Callable[[], dict[str, str]]
    matches: Callable[[int], int]

    def write(self, folder: Path) -> Path:
        """The identifier, as a file for the lean client."""
        ds = Dataset()
        ds.QueryRetrieveLevel = "STUDY"
        for keyword in ("StudyInstanceUID", "StudyDate", "StudyDescription"):
            setattr(ds, keyword, "")
        ds.PatientID = ds.PatientName = ""
        for keyword, value in self.keys().items():
            setattr(ds, keyword, value)
        path = folder / self.name.replace(" ", "-")
        path.write_bytes(encoded(ds))
        return path


QUESTIONS = (
    Question("one patient", lambda: {"PatientID": patient_id(0)}, lambda _: 1),
    Question("wild card", lambda: {"PatientName": family_name(0) + "*"}, lambda _: GROUP),
    Question("everything", dict, lambda studies: studies),
)


def column(question: str, studies: int) -> str:
    """What a question at a size of the archive is called."""
    return f"{question}, {studies:,} studies"


def measure(
    servers: Sequence[Server], rounds: int, seconds: float, sizes: Sequence[int]
) -> Results:
    """All servers run, filled alike, and are asked in turn."""
    results = Results()
    for studies in sizes:
        with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name, ExitStack() as stack:
            folder = Path(name)
            (folder / "identifiers").mkdir()
            asked = {one: one.write(folder / "identifiers") for one in QUESTIONS}
            running = {}
            for number, server in enumerate(worth_asking(servers, studies)):
                with results.failing(server, f"filled with {studies} studies"):
                    running[server] = stack.enter_context(
                        filled(server, folder / str(number), studies)
                    )
            for turn, (server, one) in itertools.product(range(rounds), running.items()):
                for question, identifier in asked.items():
                    work = partial(ask, one, question, identifier, studies, seconds)
                    results.keep(server, column(question.name, studies), turn, work)
    return results


def worth_asking(servers: Sequence[Server], studies: int) -> Iterator[Server]:
    """Those that are there, and are filled in acceptable time."""
    for server in servers:
        small = studies == min(STUDIES) or server not in SLOW
        if not server.absent and small and (studies < MILLION or server in OURS):
            yield server


@contextmanager
def filled(server: Server, folder: Path, studies: int) -> Iterator[Running]:
    """A server that holds so many studies."""
    if server in OURS:
        fill = partial(fill_index, studies=studies)
        with server.running(folder, before=lambda at: fill(at / "archive")) as running:
            yield running
        return
    with server.running(folder) as running:
        template = write_template(folder / "smallest", SMALLEST)
        job = Job(
            port=running.port,
            called=running.title,
            calling=MODALITY,
            work="fill",
            count=studies,
            sop_class_uid=SMALLEST.sop_class_uid,
            template=str(template),
            tls=running.tls(MODALITY),
        )
        burst(running.process, [job])
        yield running


def ask(
    running: Running, question: Question, identifier: Path, studies: int, seconds: float
) -> Burst:
    """One client that puts a question again and again."""
    job = Job(
        port=running.port,
        called=running.title,
        calling=WORKSTATION,
        work="find",
        seconds=seconds,
        count=studies,
        expected=question.matches(studies),
        sop_class_uid=STUDY_ROOT_FIND,
        template=str(identifier),
        tls=running.tls(WORKSTATION),
    )
    return burst(running.process, [job])


def tables(results: Results, servers: Sequence[Server], sizes: Sequence[int]) -> Iterator[Table]:
    """Milliseconds of each question at each size, and responses a second."""
    columns = [
        Column(
            f"{one.name} @{studies * INSTANCES:,}",
            column(one.name, studies),
            milliseconds,
            "{:.2f}",
        )
        for one in QUESTIONS
        for studies in sizes
    ]
    yield table("C-FIND, ms (median; @: instances in the index)", results, servers, columns)
    responses = [
        Column(
            f"@{studies * INSTANCES:,}", column("everything", studies), lambda one: one.responses
        )
        for studies in sizes
    ]
    yield table("C-FIND for everything, responses/s", results, servers, responses)


def milliseconds(one: Burst) -> float:
    """Of one query."""
    return one.latency * 1e3


def growth(results: Results, sizes: Sequence[int]) -> list[Panel]:
    """Milliseconds of each question by the instances in the index, for those asked at every size."""
    return [
        Panel(
            one.name,
            {
                server.name: points
                for server in SERVERS
                if len(points := _points(results, server, one, sizes)) > 1
            },
        )
        for one in QUESTIONS
    ]


def _points(
    results: Results, server: Server, question: Question, sizes: Sequence[int]
) -> list[tuple[int, float]]:
    found = [
        (studies * INSTANCES, results.median(server, column(question.name, studies), milliseconds))
        for studies in sizes
    ]
    return [(size, cost) for size, cost in found if cost is not None]
