"""The lab of ``compose/`` as processes on loopback: what a container engine would run.

The programs obey the very files of ``compose/``; only the host names become loopback addresses,
and the places of volumes folders of the test.
"""

import contextlib
import re
import secrets
import selectors
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

from lab.crew import StationError
from lab.engines.ports import free_port
from lab.engines.processes import await_line, start
from lab.pki import DOMAIN

COMPOSE = Path(__file__).parents[2] / "compose"
HOSTS = (
    "pacs-open",
    "pacs-secure",
    "modality",
    "workstation",
    "legacy-modality",
    "stranger",
    "examiner",
    "sidecar",
    "tap",
)
PORTS = (11112, 2762, 11114, 11115)
PROGRAM = "import sys; from {} import main; sys.exit(main())"
STARTS_WITHIN = 60


class Relay:
    """Accepts plaintext and passes it on over TLS, to an archive that shows the right name."""

    def __init__(self, listens_on, archive, context):
        self._archive, self._context = archive, context
        self._listening = socket.create_server(listens_on)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):  # wakes the accepting thread
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self):
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(plain,), daemon=True).start()

    def _join(self, plain):
        with (
            plain,
            socket.create_connection(self._archive, timeout=10) as tcp,
            self._context.wrap_socket(tcp, server_hostname=f"pacs-secure.{DOMAIN}") as wrapped,
            selectors.DefaultSelector() as both,
            contextlib.suppress(OSError),
        ):
            for source, sink in ((plain, wrapped), (wrapped, plain)):
                both.register(source, selectors.EVENT_READ, sink)
            while True:
                for key, _ in both.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    while True:
                        key.data.sendall(data)
                        if key.fileobj is plain or not wrapped.pending():
                            break
                        data = wrapped.recv(65536)


class Stations:
    """The lab of ``compose/`` on loopback addresses of this machine, one for each service."""

    def __init__(self, folder):
        self.folder = folder
        block = f"127.{64 + secrets.randbelow(128)}.{secrets.randbelow(256)}"
        self.address = {host: f"{block}.{number + 2}" for number, host in enumerate(HOSTS)}
        self._ports = {port: free_port() for port in PORTS}
        self._processes = {}
        self._relay = None

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
            text = re.sub(
                rf'^(host|tap) = "{host}"', rf'\1 = "{address}"', text, flags=re.MULTILINE
            )
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

    def brief(self, question, seconds):
        """What ``pki`` is run for when a certificate is needed for one question."""
        command = ("brief", question, "--seconds", seconds)
        made = self.run("lab.issuing", "--config", self.folder / "pki.toml", *command)
        assert made.returncode == 0, made.stderr

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

    def relay(self):
        """The side-car: plaintext in, TLS with its certificate out."""
        keys = self.folder / "keys" / "sidecar"
        context = ssl.create_default_context(cafile=keys / "trust.pem")
        context.load_cert_chain(keys / "certificate.pem", keys / "key.pem")
        archive = (self.address["pacs-secure"], self._ports[2762])
        plain = (self.address["sidecar"], self._ports[11112])
        self._relay = Relay(plain, archive, context)

    def stop(self, service):
        self._processes.pop(service).stop(within=15)

    def stop_all(self):
        if self._relay is not None:
            self._relay.close()
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
