"""Both crews at their own pair of archives: in this process, and as stations of their own.

The stations obey the very files of ``compose/``; only the host names become loopback addresses,
and the places of volumes folders of the test.
"""

import io
import re
import secrets
import subprocess
import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from lab.crew import Load, StationError
from lab.engines.ports import free_port
from lab.engines.process import ProcessEngine
from lab.engines.processes import await_line, start
from lab.progress import Progress
from sample_images.size import Size

COMPOSE = Path(__file__).parents[3] / "compose"
HOSTS = (
    "pacs-open",
    "pacs-secure",
    "modality",
    "workstation",
    "legacy-modality",
    "stranger",
    "examiner",
    "sidecar",
)
PORTS = (11112, 2762, 11114, 11115)
PROGRAM = "import sys; from {} import main; sys.exit(main())"
STARTS_WITHIN = 60


@pytest.fixture(scope="session")
def load():
    return Load(patients=2, seed=2019, size=Size.SMALL)


@pytest.fixture(scope="session")
def quiet():
    return Progress(Console(file=io.StringIO()))


@pytest.fixture(scope="session")
def lab_here(tmp_path_factory):
    engine = ProcessEngine()
    running = engine.up(tmp_path_factory.mktemp("lab") / "lab", time_to_live=timedelta(minutes=10))
    yield running
    engine.down(running)


@pytest.fixture(scope="session")
def here(lab_here):
    return ProcessEngine().crew(lab_here)


@pytest.fixture(scope="session")
def filled_here(here, load, quiet):
    return here.fill(load, quiet)


class Stations:
    """The lab of ``compose/`` on loopback addresses of this machine, one for each service."""

    def __init__(self, folder):
        self.folder = folder
        block = f"127.{64 + secrets.randbelow(128)}.{secrets.randbelow(256)}"
        self.address = {host: f"{block}.{number + 2}" for number, host in enumerate(HOSTS)}
        self._ports = {port: free_port() for port in PORTS}
        self._processes = {}

    def told(self, service, file=None):
        """The service's file of ``compose/``, for this machine."""
        text = (COMPOSE / (file or f"{service}.toml")).read_text(encoding="utf-8")
        keys = self.folder / "keys" / service if service != "pki" else self.folder / "keys"
        for place, folder in [
            ("/keys", keys),
            ("/authority", self.folder / "authority"),
            ("/var/lib/pacslab", self.folder / service),
        ]:
            text = text.replace(f'"{place}', f'"{folder}')
        text = text.replace('host = "0.0.0.0"', f'host = "{self.address.get(service)}"')
        for host, address in self.address.items():
            text = text.replace(f'host = "{host}"', f'host = "{address}"')
        for port, free in self._ports.items():
            text = re.sub(rf"= {port}\b", f"= {free}", text)
        if "[[devices]]" in text or "[[archives]]" in text:
            run = self.folder / service / "run"
            run.mkdir(parents=True, exist_ok=True)
            mine = f'run = "{run}"\nlistens_at = "{self.address[service]}"\n'
            text = mine + text
        (self.folder / service / "images").mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{service}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=STARTS_WITHIN,
            check=False,
        )

    def start(self, service, arguments, event):
        log = self.folder / f"{service}.log"
        self._processes[service] = process = start(arguments, self.folder, log)
        await_line(process, log, event, STARTS_WITHIN)
        return process

    def start_archive(self, service):
        program = PROGRAM.format(f"{service.replace('-', '_')}.cli")
        for name in ("archive", "audit", "audit-anchor"):
            (self.folder / service / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        told = ["--config", str(self.told(service)), "--log-format", "json"]
        return self.start(service, ["-c", program, *told], "listening")

    def serve(self, service):
        told = ["serve", "--config", str(self.told(service))]
        return self.start(service, ["-m", "lab.stations", *told], "ready")

    def stop(self, service):
        self._processes.pop(service).stop(within=15)

    def stop_all(self):
        for service in list(self._processes):
            self.stop(service)

    def speak(self, service, order):
        """As an engine does it: a process beside the station's own, order in, lines out."""
        told = ["obey", "--config", str(self.told(service))]
        with subprocess.Popen(
            [sys.executable, "-m", "lab.stations", *told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            process.stdin.write(order)
            process.stdin.close()
            yield from process.stdout
            said = process.stderr.read().decode()
        if process.returncode and said:
            raise StationError(f"{service}: {said.splitlines()[-1]}")


@pytest.fixture(scope="session")
def stations(tmp_path_factory):
    if sys.platform != "linux":
        pytest.skip("only Linux answers on all of 127.0.0.0/8")
    lab = Stations(tmp_path_factory.mktemp("stations"))
    created = lab.run("lab.issuing", "--config", lab.told("pki"), "create")
    assert created.returncode == 0, created.stderr
    with ExitStack() as stack:
        stack.callback(lab.stop_all)
        for service in ("pacs-open", "pacs-secure"):
            lab.start_archive(service)
        lab.serve("workstation")
        yield lab
