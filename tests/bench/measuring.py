"""One burst of work on one server: how fast, at what cost of processor and memory."""

import contextlib
import dataclasses
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.lean import Done, FailedError, Job

ROOT = Path(__file__).parents[2]
SAMPLE_EVERY = 0.2
"""Seconds between two looks at the memory of a server."""


@dataclass(frozen=True)
class Burst:
    """What some associations did at the same time, and what the server spent on it."""

    rate: float
    """A second, all associations together."""
    cpu: float
    """Processor seconds of all the server's processes."""
    memory: float
    """Bytes, at the highest: proportional set sizes of all the server's processes together."""
    processes: int
    """How many these were then."""
    count: int
    """How often it was done."""
    size: int
    """Bytes of data sets."""
    latency: float = 0.0
    """Seconds, the median; 0 where nobody looked."""
    responses: float = 0.0
    """Pending responses a second."""

    @property
    def cpu_per_gigabyte(self) -> float:
        """Processor seconds of the server for 10^9 bytes of data sets."""
        return self.cpu / self.size * 1e9


def burst(process: int, jobs: Sequence[Job]) -> Burst:
    """Let a client do each of the jobs, all at once, while the server (a pid) is watched.

    Raises:
        FailedError: the server did not do what one of them asked for.
    """
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(_client(job)) for job in jobs]
        for client in clients:
            _expect_ready(client)
        with meter(process) as metered:
            for client in clients:
                client.stdin.write("go\n")
                client.stdin.flush()
            done = [_result(client) for client in clients]
    latencies = [second for one in done for second in one.latencies]
    return metered.burst(
        sum(one.count / one.seconds for one in done),
        count=sum(one.count for one in done),
        size=sum(one.size for one in done),
        latency=statistics.median(latencies) if latencies else 0.0,
        responses=sum(one.responses / one.seconds for one in done),
    )


@contextlib.contextmanager
def _client(job: Job) -> Iterator[subprocess.Popen[str]]:
    client = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.client"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        client.stdin.write(json.dumps(dataclasses.asdict(job)) + "\n")
        client.stdin.flush()
        yield client
    finally:
        client.kill()
        client.communicate()


def _expect_ready(client: subprocess.Popen[str]) -> None:
    line = client.stdout.readline().strip()
    if line != "ready":
        raise FailedError(json.loads(line)["error"] if line else "the client ended")


def _result(client: subprocess.Popen[str]) -> Done:
    line = client.stdout.readline()
    result = json.loads(line) if line else {"error": "the client ended"}
    if "error" in result:
        raise FailedError(result["error"])
    return Done(**result)


def family(process: int) -> list[psutil.Process]:
    """A process and all below it that live."""
    try:
        first = psutil.Process(process)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def processor_seconds(process: int) -> float:
    """What a server has spent so far; children that have ended count with who awaited them."""
    total = 0.0
    for one in family(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


class Meter:
    """What a server spends: processor seconds, and memory at its highest."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._began = time.monotonic()
        self._spent_before = processor_seconds(process)
        self.seconds = 0.0
        self._cpu = self._memory = 0.0
        self._processes = 0

    def look(self) -> None:
        """Proportional set sizes, so that what processes share counts once."""
        total, members = 0, family(self._process)
        for one in members:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                info = one.memory_full_info()
                total += getattr(info, "pss", info.rss)
        if total > self._memory:
            self._memory, self._processes = total, len(members)

    def stop(self) -> None:
        """The end of what is measured."""
        self.seconds = time.monotonic() - self._began
        self._cpu = processor_seconds(self._process) - self._spent_before

    def burst(self, rate: float, *, count: int, size: int, **more: float) -> Burst:
        """With what the client says."""
        spent = (self._cpu, self._memory, self._processes)
        return Burst(rate, *spent, count, size, **more)


@contextlib.contextmanager
def meter(process: int) -> Iterator[Meter]:
    """Watch a server in the meantime."""
    metered, enough = Meter(process), threading.Event()

    def look() -> None:
        metered.look()
        while not enough.wait(SAMPLE_EVERY):
            metered.look()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield metered
    finally:
        metered.stop()
        enough.set()
        watcher.join()
