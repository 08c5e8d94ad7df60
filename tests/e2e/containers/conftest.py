"""One lab in containers for all tests of a worker: small, raised once, and nothing of it left."""

import contextlib
import functools
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.crew.speak import order
from lab.engines import containers, places
from lab.engines.daemon import connected
from lab.engines.docker import DockerEngine
from lab.engines.orders import speak
from lab.engines.record import Lab
from lab.peers.glance import glance
from lab.scenes import visitor
from sample_images.size import Size
from sample_images.writing import write

PATIENTS = 2


CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()
except OSError as error:
    print(type(error).__name__)
else:
    print("reached")
"""
LISTEN = """
import socket
with socket.create_server(("0.0.0.0", 0)) as listening:
    print(listening.getsockname()[1], flush=True)
    while True:
        listening.accept()[0].close()
"""


@dataclass(frozen=True)
class Neighbour:
    """Another machine on our segment: a network namespace with a cable to this one."""

    prefix: tuple[str, ...]
    """What runs a command there."""
    here: str = "10.66.77.1"
    there: str = "10.66.77.2"

    def inside(self, *command):
        """Run a command there; what it says."""
        return subprocess.run(
            [*self.prefix, *command], check=True, capture_output=True, text=True, timeout=20
        ).stdout.strip()

    def connect(self, address, port):
        """What comes of connecting from there."""
        return self.inside(sys.executable, "-c", CONNECT, address, str(port))

    def route(self, to):
        """Send what is for an address or a network out on the cable."""
        self.inside("ip", "route", "replace", to, "via", self.here, "dev", "cable")

    @contextlib.contextmanager
    def listening(self):
        """Somebody there accepts connections; gives the port."""
        command = [*self.prefix, sys.executable, "-c", LISTEN]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
            try:
                yield int(listener.stdout.readline())
            finally:
                listener.kill()


def left_of(lab):
    """What the engine and this machine still have of a lab."""
    with connected() as daemon:
        found = [thing.name for thing in containers.leftovers(daemon, lab.project)]
    rules = subprocess.run(
        ["/usr/sbin/iptables", "-S"], capture_output=True, text=True, check=False
    ).stdout
    found += [rule for rule in rules.splitlines() if f'"pacslab lab {lab.project}"' in rule]
    return [*found, *([lab.folder] if lab.folder.exists() else [])]


@pytest.fixture
def what_is_left():
    return left_of


@pytest.fixture(scope="session")
def state_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("containers")


@pytest.fixture(autouse=True)
def own_state(state_folder, monkeypatch):
    """Every command finds the lab of these tests, and no other."""
    monkeypatch.setenv(places.VARIABLE, str(state_folder))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture(scope="session")
def engine():
    return DockerEngine()


@pytest.fixture(scope="session")
def _raised(state_folder, engine):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(places.VARIABLE, str(state_folder))
        # pynetdicom's programs of the same names come first: printed commands must not mean them.
        own = Path(sys.executable).parent
        patch.setenv("PATH", f"{own}{os.pathsep}{os.environ['PATH']}")
        options = ["--patients", str(PATIENTS), "--size", "small", "--hours", "2"]
        result = CliRunner().invoke(app, ["up", "--engine", "docker", *options])
        assert result.exit_code == 0, result.output
        lab = Lab.load(places.lab_folder())
    yield lab, result.stdout
    engine.down(Lab.load(lab.folder))
    assert left_of(lab) == []


@pytest.fixture
def lab(_raised):
    """The lab, as it was raised; who changes what is in it asks for ``mended``, too."""
    return Lab.load(_raised[0].folder)


@pytest.fixture
def said(_raised):
    """What ``pacslab up`` said when it was raised."""
    return _raised[1]


@pytest.fixture
def mended(lab, engine):
    """Put everything back afterwards: what was stored, stopped or found by the guard."""
    yield lab
    engine.reset(lab)


@pytest.fixture(scope="session")
def others(tmp_path_factory):
    """Other patients' images, which are in no archive yet: a folder and its answer key."""
    folder = tmp_path_factory.mktemp("images")
    return folder, write(folder, patients=4, seed=7, size=Size.SMALL)


@pytest.fixture(scope="session")
def images(others):
    """The same as files, each with its entry in the answer key."""
    folder, key = others
    return [(folder / entry.file, entry) for entry in key.instances()]


@pytest.fixture
def tell(lab):
    """Give a station an order; what comes of it."""

    def one(service, told, result, hear=None):
        speaking = functools.partial(speak, lab.engine_host, lab.project)
        return order(speaking, service, told, result, hear=hear)

    return one


@pytest.fixture
def identical(lab):
    """How many images of an answer key an archive gives to the visitor, bit for bit."""

    def count(which, key):
        target = visitor(lab, which)
        studies = [study for patient in key.patients for study in patient.studies]
        return sum(glance(target, study).identical for study in studies)

    return count


@pytest.fixture
def store(lab):
    """Store files as the visitor; the statuses, up to the first that did not come."""

    def send(which, files):
        classes = sorted({entry.sop_class_uid for _, entry in files})
        statuses = []
        with visitor(lab, which).converse(storage=classes) as talk:
            for path, _ in files:
                statuses.append(talk.store(path))
                if statuses[-1] is None:
                    break
        return statuses

    return send


@pytest.fixture
def service(lab):
    """The container of a service of the lab."""
    with connected(lab.engine_host) as daemon:
        yield lambda name: containers.need(daemon, lab.project, name)


@pytest.fixture
def neighbour(program):
    """A neighbour who tries the trick: 127.0.0.1 is sent out on the cable."""
    name, end = f"pl-{secrets.token_hex(3)}", f"pl{secrets.token_hex(3)}"

    def run(*words):
        return subprocess.run(
            words, check=True, capture_output=True, text=True, timeout=20
        ).stdout.strip()

    ip = functools.partial(run, program("ip"))
    prefix = (program("ip"), "netns", "exec", name)
    made = Neighbour(prefix)
    ip("netns", "add", name)
    try:
        ip("link", "add", end, "type", "veth", "peer", "name", "cable", "netns", name)
        ip("address", "add", f"{made.here}/30", "dev", end)
        ip("link", "set", end, "up")
        made.inside("ip", "address", "add", f"{made.there}/30", "dev", "cable")
        made.inside("ip", "link", "set", "cable", "up")
        for interface in ("all", "cable"):  # its own loopback is down
            made.inside("sysctl", "-qw", f"net.ipv4.conf.{interface}.route_localnet=1")
        made.route("127.0.0.1/32")
        yield made
    finally:
        ip("netns", "delete", name)
        with contextlib.suppress(subprocess.CalledProcessError):  # goes with its other end
            ip("link", "delete", end)


@pytest.fixture
def from_inside():
    """What comes of connecting from a container."""

    def connect(container, address, port):
        code, said = container.exec_run(["python3", "-c", CONNECT, address, str(port)])
        assert code == 0, said
        return said.decode().strip()

    return connect
