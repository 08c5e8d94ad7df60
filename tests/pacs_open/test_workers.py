"""The supervisor and its workers are processes here: killed, told to stop, and left alone."""

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import psutil
import pytest

from pacs_open import workers
from pacs_open.errors import PacsError
from pacs_open.reloading import Setup
from pacs_open.wire.dimse import Pdu
from pacs_open.wire.upper_layer import PduType

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="one worker where nothing forks")

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"

PROGRAM = textwrap.dedent(
    """
    import json, os, sys
    from pathlib import Path
    from pacs_open import config, logs, workers
    from pacs_open.control import Control
    from pacs_open.refusals import ConnectionDropped
    from pacs_open.reloading import Setup

    class Rules(Control):
        name = "rules"
        greeting: str = ""
        def connect(self, peer, ledger):
            if self.greeting == "nobody":
                raise ConnectionDropped("nobody")
        def remain(self, request):
            if self.greeting == "nobody":
                raise ConnectionDropped("nobody may stay")

    def read():
        settings = config.load(Path(sys.argv[1]))
        greeting = settings.device.description
        fixed = settings.device.model_copy(update={"description": ""})
        settings = settings.model_copy(update={"device": fixed})
        if greeting == "crash":
            raise ValueError("PATIENT^NAME")
        return Setup(settings, [SeatsForLife(), Rules(greeting=greeting)])

    class Seats:
        def __init__(self):
            self.taken = []
        def ask(self, worker, request):
            if len(self.taken) >= int(sys.argv[2]):
                return False
            self.taken.append(worker)
            return True
        def release(self, worker):
            self.taken = [other for other in self.taken if other != worker]
        def close(self):
            print(json.dumps({"event": "books closed"}), flush=True)

    class SeatsForLife(Control):
        name = "seats"
        def books(self):
            return {"seats": Seats()}
        def secure(self, door):
            marker = Path(sys.argv[1]).with_name("reloads")
            with marker.open("a") as file:
                file.write(f"{os.getpid()}\\n")
        def connect(self, peer, ledger):
            if not ledger.ask("seats", None):
                raise ConnectionDropped("all seats are taken")
        def observe(self, event, ledger):
            if os.getppid() == int(os.environ["PARENT"]):  # the supervisor, not a worker
                line = {"event": str(event.moment), "why": event.why}
                print(json.dumps({k: v for k, v in line.items() if v}), flush=True)

    def announce(host, port):
        print(json.dumps({"event": "listening", "host": host, "port": port}), flush=True)

    logs.set_up("text")
    setup = read()
    workers.run(setup.config, setup.controls, announce, read)
    """
)


TOML = """
[network_connection]
port = 0
[archive]
directory = "archive"
[workers]
count = {count}
stop_within = {stop_within}
"""


class Running:
    """A supervisor process, its port, and what it prints."""

    def __init__(self, folder, *, count=2, seats=1000, stop_within=5):
        (folder / "pacs.toml").write_text(TOML.format(count=count, stop_within=stop_within))
        (folder / "program.py").write_text(PROGRAM)
        self.errors = (folder / "errors").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, folder / "program.py", folder / "pacs.toml", str(seats)],
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={**os.environ, "PARENT": str(os.getpid())},
        )
        assert self.line()["event"] == "started"
        said = self.line()
        assert said["event"] == "listening"
        self.address = said["host"], said["port"]
        self.folder = folder

    def line(self):
        text = self.process.stdout.readline()
        assert text, self.complaints()
        return json.loads(text)

    def complaints(self):
        # by its name: the file at hand shares its place with the one that is being written
        return Path(self.errors.name).read_text(encoding="utf-8")

    def workers(self):
        return psutil.Process(self.process.pid).children()

    def until(self, condition):
        pause = threading.Event()
        for _ in range(400):
            if condition():
                return
            pause.wait(0.025)
        pytest.fail(self.complaints())

    def close(self):
        with contextlib.suppress(OSError):
            self.process.terminate()
        try:
            self.process.wait(15)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.errors.close()


@pytest.fixture
def running(tmp_path):
    with contextlib.ExitStack() as started:

        def run(**options):
            made = Running(tmp_path, **options)
            started.callback(made.close)
            return made

        yield run


def test_all_workers_serve_one_port_and_term_ends_them_in_order(running, peer):
    a = running(count=2)
    assert len(a.workers()) == 2
    assert all(peer(a.address).associate().release() == PduType.RELEASE_RP for _ in range(10))
    children = a.workers()

    a.process.terminate()

    assert a.process.wait(15) == 0
    assert [a.line()["event"], a.line()["event"]] == ["stopped", "books closed"]
    assert not [child for child in children if child.is_running()]
    assert "Traceback" not in a.complaints()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_store_at_hand_is_answered_before_the_end(running, peer, pixels, number):
    a = running(count=1)
    b = peer(a.address).associate(CT_IMAGE)
    whole = b.message(b.store_request("2.25.1"), pixels(400_000))
    b.socket.sendall(whole[:200_000])

    a.process.send_signal(number)
    with contextlib.suppress(OSError):  # the port closes, then the rest is sent
        while True:
            peer(a.address).close()
    b.socket.sendall(whole[200_000:])

    assert b.read_response().status is not None
    assert b.read_response() == Pdu(PduType.ABORT, bytes(4))
    b.close()
    assert a.process.wait(15) == 0


def test_a_stop_ends_even_if_a_peer_never_does(running, peer, pixels):
    a = running(count=1, stop_within=0.3)
    b = peer(a.address).associate(CT_IMAGE)
    b.socket.sendall(b.message(b.store_request("2.25.1"), pixels(1000))[:600])

    a.process.terminate()

    assert a.process.wait(15) == 0


def test_a_killed_worker_is_replaced_and_the_port_answers_all_the_time(running, peer):
    a = running(count=2)
    first = a.workers()

    for worker in first:
        worker.kill()
        assert peer(a.address).associate().echo() == 0

    a.until(lambda: len(a.workers()) == 2 and not set(a.workers()) & set(first))
    assert peer(a.address).associate().echo() == 0
    assert "ended with -9" in a.complaints()


def test_what_a_dead_worker_held_is_released(running, peer):
    a = running(count=1, seats=2)
    peer(a.address).associate()
    peer(a.address).associate()
    assert peer(a.address).read_to_end() == b""

    a.workers()[0].kill()

    a.until(lambda: "ended with -9" in a.complaints())
    assert peer(a.address).associate().echo() == 0


def test_books_are_shared_by_all_workers(running, peer):
    a = running(count=2, seats=3)
    seated = [peer(a.address).associate() for _ in range(3)]

    assert all(peer(a.address).read_to_end() == b"" for _ in range(6))
    assert all(b.echo() == 0 for b in seated)


def test_workers_do_not_outlive_their_supervisor(running):
    a = running(count=2)
    children = a.workers()

    a.process.kill()

    gone, alive = psutil.wait_procs(children, timeout=10)
    assert len(gone) == 2
    assert not alive


def test_a_terminal_or_a_service_manager_cannot_stop_a_worker_behind_the_supervisors_back(
    running, peer
):
    a = running(count=1)
    (worker,) = a.workers()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        worker.send_signal(number)

    assert peer(a.address).associate().echo() == 0
    assert a.workers() == [worker]


def test_hup_reaches_every_worker(running):
    a = running(count=2)
    reloads = a.folder / "reloads"
    assert len(reloads.read_text().split()) == 2

    a.process.send_signal(signal.SIGHUP)

    a.until(lambda: len(reloads.read_text().split()) == 5)  # the supervisor tries it first
    assert len(set(reloads.read_text().split())) == 3
    assert len(a.workers()) == 2


def test_hup_brings_new_settings_and_sends_away_who_may_not_stay(running, peer):
    a = running(count=2)
    standing = [peer(a.address).associate() for _ in range(3)]
    toml = a.folder / "pacs.toml"
    before = toml.read_text()
    toml.write_text(before + '[device]\ndescription = "nobody"\n')
    a.process.send_signal(signal.SIGHUP)

    assert a.line() == {
        "event": "settings reloaded",
        "why": "rules.greeting + nobody; rules.greeting - ",
    }
    for one in standing:
        assert one.read_pdu() == (PduType.ABORT, bytes(4))

    toml.write_text(before)
    a.process.send_signal(signal.SIGHUP)
    assert a.line()["event"] == "settings reloaded"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "not reloaded"),
        ('[device]\ndescription = "crash"\n', "ValueError"),
        ('[network_ae]\nae_title = "OTHER"\n', "restart"),
    ],
)
def test_settings_that_cannot_be_obeyed_change_nothing(running, peer, text, said):
    a = running(count=1)
    standing = peer(a.address).associate()
    toml = a.folder / "pacs.toml"
    toml.write_text(toml.read_text() + text)
    a.process.send_signal(signal.SIGHUP)

    a.until(lambda: said in a.complaints())
    assert "PATIENT" not in a.complaints()
    assert standing.echo() == 0
    assert peer(a.address).associate().echo() == 0


def test_without_fork_one_process_serves_alone(
    configuration, memory_archive, monkeypatch, peer, control
):
    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr("pacs_open.server.open_archive", lambda config: memory_archive)
    echoed = []

    def announce(host, port):
        echoed.append(peer((host, port)).associate().echo())
        signal.raise_signal(signal.SIGTERM)

    workers.run(configuration, [], announce)

    assert echoed == [0]


def test_a_start_that_cannot_be_is_one_fault_and_leaves_no_process(tmp_path):
    (tmp_path / "archive").write_text("a file where the folder should be")
    (tmp_path / "pacs.toml").write_text(TOML.format(count=2, stop_within=5))
    (tmp_path / "program.py").write_text(PROGRAM)

    ran = subprocess.run(
        [sys.executable, tmp_path / "program.py", tmp_path / "pacs.toml", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PARENT": str(os.getpid())},
        check=False,
    )

    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("pacs_open.errors.PacsError: ")
    assert ran.stdout.split("\n")[0] == '{"event": "books closed"}'
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(tmp_path / "program.py") in (process.info["cmdline"] or [])
    ]


def test_a_lack_of_processes_at_the_start_is_one_clear_fault(configuration, monkeypatch):
    def none_left():
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", none_left)

    with pytest.raises(PacsError, match="no worker process can be started"):
        workers.run(configuration, [], lambda host, port: None)


def test_a_lack_of_processes_stops_nobody_who_serves(configuration, monkeypatch, caplog):
    def none_left():
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    with contextlib.closing(socket.socket()) as listening:
        supervisor = workers.Supervisor(Setup(configuration, []), listening)
        supervisor._missing = 1
        before = psutil.Process().num_fds()
        monkeypatch.setattr(os, "fork", none_left)

        supervisor._replace_missing()

        assert supervisor._missing == 1
        assert psutil.Process().num_fds() == before
        supervisor._woken.close()
        supervisor._wake.close()
    assert "no worker can be started" in caplog.text
