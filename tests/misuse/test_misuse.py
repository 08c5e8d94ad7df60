"""While two hundred abusers are at it, the workstation is served, memory is bounded, and all is released.

The abusers of the hardened archive are strangers without a certificate, strangers with one of
their own making, and a device of the clinic that was taken over. How much slower the workstation
is meanwhile, `make bench` tells.
"""

import threading
import time

import pytest

from tests.misuse.abusers import KINDS, Abusers
from tests.misuse.workstation import ABUSERS, both_archives, serve_the_workstation, victims_of

LEAST = 8.0
"""Seconds that the workstation goes on at least, so that abusers come back."""
SERVED_WITHIN = 20.0
"""Seconds that each answer may take, on a machine that is busy with two hundred abusers."""
MEMORY_PER_WORKER = 150 * 1024 * 1024
"""Bytes (unique to each process) while they are at it."""


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    with both_archives(tmp_path_factory.mktemp("lab") / "lab") as running:
        yield running


@pytest.mark.parametrize("which", ["open", "secure"])
def test_the_workstation_is_served_while_two_hundred_abusers_are_at_it(archives, which):
    scene, server = archives[which]
    serve_the_workstation(scene)
    before = server.held()
    pids = {worker.pid for worker in server.workers()}

    with Abusers(victims_of(scene), ABUSERS) as abusers:
        busy = serve_the_workstation(scene, LEAST)
        memory = server.memory()
    assert len(abusers.calls) == len(KINDS)

    assert max(*busy.echo, *busy.find) < SERVED_WITHIN
    assert memory < MEMORY_PER_WORKER
    assert {worker.pid for worker in server.workers()} == pids  # nobody died of it
    _until(lambda: server.held() <= before, server)
    serve_the_workstation(scene)
    print(  # noqa: T201 - the figures of the README
        f"pacs-{which}: {ABUSERS} abusers, {abusers.calls.total()} calls; the workstation was "
        f"served {len(busy.echo)} times; largest worker {memory / 2**20:.0f} MiB"
    )


def _until(condition, server, within=60.0):
    pause, deadline = threading.Event(), time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not released: threads, connections {server.held()}"
        pause.wait(0.1)
