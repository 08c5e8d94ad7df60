"""The servers that are measured, each started fresh in a folder of its own on loopback."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from lab.engines.ports import free_port
from lab.engines.settings import SECURE_TITLE, secure_archive, write
from lab.pki import Authority, Identity
from pacs_secure.audit_chain import make_key

PATHS = "/usr/bin:/usr/sbin:/usr/local/bin"
START_WITHIN = 30.0
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}
"""DCMTK, and Orthanc with it, leave Nagle's algorithm on unless told otherwise: told so, a small
message does not wait 40 ms for an acknowledgement, which is the peers' best case."""


@dataclass(frozen=True)
class Running:
    """A server that listens: its title and port, and the identity it knows us by, if any."""

    title: str
    port: int
    identity: Identity | None = None


@dataclass(frozen=True)
class Server:
    """One row of the table."""

    name: str
    promise: str
    """What it has promised when it answers 0000H."""
    program: str | None
    """The third-party program it needs, None for ours."""
    start: Callable[[Path], tuple[list[str], Running]]

    @property
    def absent(self) -> bool:
        """Whether its program is missing."""
        return self.program is not None and shutil.which(self.program, path=PATHS) is None

    @contextmanager
    def running(self, folder: Path) -> Iterator[Running]:
        """Start it in ``folder``, wait until it listens, stop it by its own process id."""
        folder.mkdir()
        command, running = self.start(folder)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=ENVIRONMENT
            )
        try:
            await_port(running.port, process)
            yield running
        finally:
            process.terminate()
            process.wait(START_WITHIN)


def program(package: str) -> list[str]:
    """How one of our own archives is called."""
    return [sys.executable, "-c", f"import sys; from {package}.cli import main; sys.exit(main())"]


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a connection to ``port`` is accepted, or the server has ended."""
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return


def open_archive(folder: Path, durability: str) -> tuple[list[str], Running]:
    """pacs-open with as many workers as there are cores."""
    port = free_port()
    tables = {
        "network_connection": {"host": "127.0.0.1", "port": port},
        "archive": {"directory": "archive", "durability": durability},
    }
    write(folder / "pacs.toml", tables, "a benchmark's archive")
    command = [*program("pacs_open"), "--config", "pacs.toml"]
    return command, Running("PACS-OPEN", port)


def hardened(folder: Path, durability: str, *switches: str) -> tuple[list[str], Running]:
    """pacs-secure, with all controls or with those that the switches leave."""
    authority = Authority.create(folder / "authority", lifetime=timedelta(hours=1))
    own = authority.issue("pacs-secure", folder / "tls", ae_title=SECURE_TITLE)
    modality = authority.issue("modality", folder / "modality", ae_title="MODALITY")
    authority.write_crl(folder / "crl.pem")
    (folder / "audit-key").mkdir(mode=0o700)
    make_key(folder / "audit-key" / "key")
    port = free_port()
    tables = secure_archive(
        port=port,
        workstation_port=free_port(),
        callback_port=free_port(),
        identities={"modality": modality},
        own=own,
    )
    tables["archive"]["durability"] = durability
    write(folder / "pacs.toml", tables, "a benchmark's archive")
    command = [*program("pacs_secure"), "--config", "pacs.toml", *switches]
    return command, Running(SECURE_TITLE, port, modality)


def storescp(folder: Path) -> tuple[list[str], Running]:
    """DCMTK's storescp, a process an association, files as they come."""
    port = free_port()
    (folder / "files").mkdir()
    program = str(shutil.which("storescp", path=PATHS))
    command = [program, "--fork", "+B", "-pdu", "131072", "-od", "files", str(port)]
    return command, Running("STORESCP", port)


def orthanc(folder: Path, settings: Mapping[str, object]) -> tuple[list[str], Running]:
    """Orthanc without its HTTP server, otherwise with the settings given."""
    port = free_port()
    fixed = {"DicomPort": port, "HttpServerEnabled": False, "StorageDirectory": str(folder / "db")}
    (folder / "orthanc.json").write_text(json.dumps({**fixed, **settings}), encoding="utf-8")
    command = [str(shutil.which("Orthanc", path=PATHS)), "orthanc.json"]
    return command, Running("ORTHANC", port)


TUNED = {
    "SyncStorageArea": False,
    "OverwriteInstances": True,
    "MaximumPduLength": 131072,
    "StoreMD5ForAttachments": False,
}

SERVERS = (
    Server("pacs-open", "on disk", None, lambda folder: open_archive(folder, "durable")),
    Server("Orthanc as delivered", "on disk", "Orthanc", lambda folder: orthanc(folder, {})),
    Server(
        "pacs-secure, every control", "on disk", None, lambda folder: hardened(folder, "durable")
    ),
    Server("pacs-open", "nothing", None, lambda folder: open_archive(folder, "relaxed")),
    Server("Orthanc tuned", "nothing", "Orthanc", lambda folder: orthanc(folder, TUNED)),
    Server("DCMTK storescp", "nothing", "storescp", storescp),
    Server(
        "pacs-secure --only tls",
        "nothing",
        None,
        lambda folder: hardened(folder, "relaxed", "--only", "tls"),
    ),
    Server(
        "pacs-secure, every control", "nothing", None, lambda folder: hardened(folder, "relaxed")
    ),
)
