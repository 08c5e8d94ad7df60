"""What both the test and the benchmark of misuse do: a lab, its workstation, and a look at memory."""

import contextlib
import statistics
import time
from datetime import timedelta

import psutil

from lab.asking import every_study
from lab.engines.process import ProcessEngine
from lab.marked import Marked
from lab.scenes import SERVER_NAME, open_scene, secure_scene
from lab.sop_classes import CT, STUDY_ROOT_FIND
from lab.wire import client_context
from tests.misuse.abusers import Victim

ABUSERS = 200
ROUNDS = 25
"""C-ECHO and C-FIND of the workstation at least, each time on a new association."""
STUDIES = 30


@contextlib.contextmanager
def both_archives(folder):
    """Scenes of the open and of the hardened archive by name, and the processes of each."""
    engine = ProcessEngine()
    running = engine.up(folder, time_to_live=timedelta(minutes=20))
    try:
        scenes = {"open": open_scene(running), "secure": secure_scene(running)}
        for scene in scenes.values():
            _fill(scene)
        servers = {"open": Server(running.open.process), "secure": Server(running.secure.process)}
        yield {which: (scenes[which], servers[which]) for which in scenes}
    finally:
        engine.down(running)


def _fill(scene):
    marked = Marked()
    with scene.target(scene.peers["modality"]).converse(storage=[CT]) as talk:
        for _ in range(STUDIES):
            assert talk.store_bytes(marked.new().part_10) == 0x0000


def victims_of(scene):
    """The archive, and those who abuse it."""
    host, port = scene.door.host, scene.door.port
    if not scene.door.tls:
        return [Victim(host, port, scene.ae_title, "ABUSER")]
    stranger, taken_over = scene.stranger, scene.peers["reader"]
    contexts = [
        client_context(scene.trust, None, None),
        client_context(scene.trust, stranger.certificate, stranger.key),
        client_context(scene.trust, taken_over.certificate, taken_over.key),
    ]
    titles = ["ABUSER", taken_over.ae_title, taken_over.ae_title]
    return [
        Victim(host, port, scene.ae_title, title, context, SERVER_NAME)
        for title, context in zip(titles, contexts, strict=True)
    ]


class Server:
    """All processes of one archive."""

    def __init__(self, started):
        self._supervisor = started.find()

    def workers(self):
        return self._supervisor.children(recursive=True)

    def memory(self):
        """Of the largest worker: bytes that it shares with nobody."""
        return max(worker.memory_full_info().uss for worker in self.workers())

    def held(self):
        """Threads and established connections of all workers."""
        workers = self.workers()
        connections = [
            one
            for worker in workers
            for one in worker.net_connections("tcp")
            if one.status == psutil.CONN_ESTABLISHED
        ]
        return sum(worker.num_threads() for worker in workers), len(connections)


class Took:
    """Seconds of each round of the workstation, up to each of its answers."""

    def __init__(self):
        self.echo, self.find = [], []

    def p95(self):
        """The 95th percentile of C-ECHO (with its association) and of C-FIND."""
        return [statistics.quantiles(took, n=20)[-1] for took in (self.echo, self.find)]


def serve_the_workstation(scene, least=0.0):
    """How long it took each time; every one must be served."""
    took = Took()
    until = time.monotonic() + least
    while len(took.echo) < ROUNDS or time.monotonic() < until:
        began = time.monotonic()
        with scene.target(scene.peers["workstation"]).converse(STUDY_ROOT_FIND) as talk:
            assert talk.echo() == 0x0000, talk.evidence
            echoed = time.monotonic()
            status, matches = talk.find(STUDY_ROOT_FIND, every_study())
            found = time.monotonic()
            assert (status, len(matches)) == (0x0000, STUDIES), talk.evidence
        took.echo.append(echoed - began)
        took.find.append(found - echoed)
    return took
