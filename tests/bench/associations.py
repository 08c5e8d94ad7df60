"""Associations a second, with a C-ECHO in each: plaintext, and with mutual TLS."""

import itertools
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.table import Table

from tests.bench.lean import Job
from tests.bench.measuring import Burst, burst
from tests.bench.results import Column, Results, table
from tests.bench.servers import Running, Server

CLIENTS = (1, 4)
MODALITY = "MODALITY"


def column(clients: int) -> str:
    """What so many clients at once are called."""
    return f"associations x{clients}"


def measure(servers: Sequence[Server], rounds: int, seconds: float) -> Results:
    """All servers run, and are called in turn."""
    results = Results()
    with tempfile.TemporaryDirectory(prefix="pacslab-bench-") as name, ExitStack() as stack:
        running = {}
        for number, server in enumerate(servers):
            if not server.absent:
                with results.failing(server, "start"):
                    running[server] = stack.enter_context(server.running(Path(name) / str(number)))
        for turn, (server, one), clients in itertools.product(
            range(rounds), running.items(), CLIENTS
        ):
            results.keep(server, column(clients), turn, partial(_call, one, clients, seconds))
    return results


def _call(running: Running, clients: int, seconds: float) -> Burst:
    job = Job(
        port=running.port,
        called=running.title,
        calling=MODALITY,
        work="associate",
        seconds=seconds,
        tls=running.tls(MODALITY),
    )
    return burst(running.process, [job] * clients)


def shown(results: Results, servers: Sequence[Server]) -> Table:
    """Associations a second."""
    columns = [Column(f"{count} at once", column(count)) for count in CLIENTS]
    return table("associations with a C-ECHO, a second", results, servers, columns)
