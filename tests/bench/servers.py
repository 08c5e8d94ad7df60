"""The servers that are measured, each started fresh in a folder of its own on loopback."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from lab.engines.ports import free_port
from lab.engines.settings import SECURE_TITLE, secure_archive, write
from lab.issuing import users
from lab.pki import Authority, Identity
from pacs_secure.audit_chain import make_key
from tests.bench.lean import FailedError

PATHS = "/usr/bin:/usr/sbin:/usr/local/bin"
START_WITHIN = 30.0
"""Seconds."""
LARGEST = 64 * 1024 * 1024
"""Bytes of the largest instance that pacs-secure takes here."""
MATCHES = 1_000_000
"""Matches that pacs-secure gives to one query here."""
ENVIRONMENT = {**os.environ, "TCP_NODELAY": "1"}
"""DCMTK, and Orthanc with it, leave Nagle's algorithm on unless told otherwise: told so, a small
message does not wait 40 ms for an acknowledgement, which is the peers' best case."""


@dataclass(frozen=True)
class Running:
    """A server that listens, and how it is called."""

    title: str
    port: int
    identities: Mapping[str, Identity] = field(default_factory=dict)
    """By calling AE title, whose certificates it knows; empty: it is called in plaintext."""
    destination: int = 0
    """The port at which it takes WORKSTATION to listen."""
    process: int = 0
    """Its process id, once it runs."""

    def tls(self, calling: str) -> Mapping[str, str] | None:
        """What the lean client needs of an identity; None: plaintext."""
        if not self.identities:
            return None
        identity = self.identities[calling]
        return {
            "certificate": str(identity.certificate),
            "key": str(identity.key),
            "trust": str(identity.trust),
        }


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
    def running(
        self, folder: Path, *, before: Callable[[Path], None] | None = None, keep: bool = False
    ) -> Iterator[Running]:
        """Start it in ``folder``, wait until it listens, stop it by its own process id.

        Args:
            folder: what must not exist yet; its files are empty afterwards.
            before: does what must be done in the folder before it starts.
            keep: whether it stays.

        Raises:
            FailedError: it does not listen.
        """
        folder.mkdir()
        command, running = self.start(folder)
        if before:
            before(folder)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=ENVIRONMENT
            )
        try:
            try:
                await_port(running.port, process)
            except OSError as error:
                said = (folder / "log").read_text(errors="replace").strip().splitlines()
                message = f"it does not listen: {said[-1] if said else 'it said nothing'}"
                raise FailedError(message) from error
            yield replace(running, process=process.pid)
        finally:
            stop(process)
            if not keep:
                empty(folder)
            os.sync()  # what it left unwritten shall not slow the next one down


def empty(folder: Path) -> None:
    """Free what the files of a folder take, but not their names.

    ext4 without a journal looks at each inode that was deleted within the last minutes before it
    makes a new file: whoever keeps a file for each instance would be slower by ten times for what
    the one before him left, and we, who do not, would shine.
    """
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.truncate(path, 0)


def stop(process: subprocess.Popen[bytes]) -> None:
    """TERM to a server, then KILL to it and to whatever it has left behind."""
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(START_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for one in below:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


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
    port, destination = free_port(), free_port()
    tables = {
        "network_connection": {"host": "127.0.0.1", "port": port},
        "archive": {"directory": "archive", "durability": durability},
        "peers": [{"ae_title": "WORKSTATION", "host": "127.0.0.1", "port": destination}],
    }
    write(folder / "pacs.toml", tables, "a benchmark's archive")
    command = [*program("pacs_open"), "--config", "pacs.toml"]
    return command, Running("PACS-OPEN", port, destination=destination)


def hardened(folder: Path, durability: str, *switches: str) -> tuple[list[str], Running]:
    """pacs-secure, with all controls or with those that the switches leave.

    Only the bounds on what is much (bytes of an instance, matches of a query) are wider than the
    lab's: they cost the same whatever they are, and the workloads go beyond them.
    """
    issued = _issue(folder, ae_title=SECURE_TITLE)
    users.make({"reader": folder / "reader"}, folder / "users", issued.until)
    (folder / "audit-key").mkdir(mode=0o700)
    make_key(folder / "audit-key" / "key")
    port, destination = free_port(), free_port()
    tables = secure_archive(
        port=port,
        workstation_port=destination,
        callback_port=free_port(),
        identities=issued.callers,
        own=issued.own,
    )
    tables["archive"]["durability"] = durability
    tables["controls"]["message_limits"]["largest"] = LARGEST
    tables["controls"]["query_scope"]["limit"] = MATCHES
    write(folder / "pacs.toml", tables, "a benchmark's archive")
    command = [*program("pacs_secure"), "--config", "pacs.toml", *switches]
    return command, Running(SECURE_TITLE, port, issued.callers, destination)


@dataclass(frozen=True)
class Issued:
    """Certificates of one server and of those that call it."""

    own: Identity
    callers: Mapping[str, Identity]
    until: datetime


def _issue(folder: Path, ae_title: str) -> Issued:
    """Certificates of an authority of their own.

    Whoever is called by DCMTK's or Orthanc's server is shown its certificate alone, not the
    intermediate's that signed it: so everybody here knows both.
    """
    authority = Authority.create(folder / "authority", lifetime=timedelta(hours=1))
    names = {"MODALITY": "modality", "WORKSTATION": "workstation"}
    callers = {
        title: authority.issue(name, folder / name, ae_title=title) for title, name in names.items()
    }
    own = authority.issue("server", folder / "tls", ae_title=ae_title)
    authority.write_crl(folder / "crl.pem")
    known = (folder / "authority" / "root.pem").read_bytes()
    known += (folder / "authority" / "intermediate.pem").read_bytes()
    for identity in callers.values():
        identity.trust.write_bytes(known)
    (folder / "known.pem").write_bytes(known)
    return Issued(own, callers, authority.until)


def storescp(folder: Path, *, tls: bool = False) -> tuple[list[str], Running]:
    """DCMTK's storescp, a process an association, files as they come."""
    port = free_port()
    (folder / "files").mkdir()
    options = ["--fork", "+B", "-pdu", "131072", "-od", "files"]
    running = Running("STORESCP", port)
    if tls:
        issued = _issue(folder, "STORESCP")
        options += ["+tls", str(issued.own.key), str(issued.own.certificate)]
        options += ["+cf", str(folder / "known.pem")]
        running = replace(running, identities=issued.callers)
    return [str(shutil.which("storescp", path=PATHS)), *options, str(port)], running


def dcmqrscp(folder: Path) -> tuple[list[str], Running]:
    """DCMTK's archive, a process an association."""
    port, destination = free_port(), free_port()
    (folder / "db").mkdir()
    (folder / "dcmqrscp.cfg").write_text(
        f"""NetworkTCPPort = {port}
MaxPDUSize = 131072
MaxAssociations = 16
HostTable BEGIN
workstation = (WORKSTATION, 127.0.0.1, {destination})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
DCMQRSCP {folder / "db"} RW (100000, 8000mb) ANY
AETable END
""",
        encoding="ascii",
    )
    command = [str(shutil.which("dcmqrscp", path=PATHS)), "-c", "dcmqrscp.cfg"]
    return command, Running("DCMQRSCP", port, destination=destination)


def pynetdicom(folder: Path, application: str) -> tuple[list[str], Running]:
    """An application that comes with pynetdicom, as it comes.

    qrscp takes a relative place to be one beside its own program, where all of them would meet.
    """
    port, destination = free_port(), free_port()
    command = [sys.executable, "-m", "pynetdicom", application]
    if application == "storescp":
        (folder / "files").mkdir()
        return [*command, str(port), "-ba", "127.0.0.1", "-od", "files"], Running("ANY-SCP", port)
    (folder / "qrscp.ini").write_text(
        f"""[DEFAULT]
ae_title: QRSCP
port: {port}
max_pdu: 16382
acse_timeout: 30
dimse_timeout: 30
network_timeout: 30
bind_address: 127.0.0.1
instance_location: {folder / "instances"}
database_location: {folder / "instances.sqlite"}
log_identifier: True
[WORKSTATION]
address: 127.0.0.1
port: {destination}
""",
        encoding="ascii",
    )
    command += ["-c", "qrscp.ini"]
    return command, Running("QRSCP", port, destination=destination)


def orthanc(
    folder: Path, settings: Mapping[str, object], *, tls: bool = False
) -> tuple[list[str], Running]:
    """Orthanc without its HTTP server, and open to WORKSTATION; otherwise as the settings say."""
    port, destination = free_port(), free_port()
    workstation = {"AET": "WORKSTATION", "Host": "127.0.0.1", "Port": destination}
    fixed = {
        "DicomPort": port,
        "HttpServerEnabled": False,
        "StorageDirectory": str(folder / "db"),
        "DicomModalities": {"workstation": workstation},
    }
    running = Running("ORTHANC", port, destination=destination)
    if tls:
        issued = _issue(folder, "ORTHANC")
        running = replace(running, identities=issued.callers)
        fixed |= {
            "DicomTlsEnabled": True,
            "DicomTlsCertificate": str(issued.own.certificate),
            "DicomTlsPrivateKey": str(issued.own.key),
            "DicomTlsTrustedCertificates": str(folder / "known.pem"),
        }
    (folder / "orthanc.json").write_text(json.dumps({**fixed, **settings}), encoding="utf-8")
    command = [str(shutil.which("Orthanc", path=PATHS)), "orthanc.json"]
    return command, running


TUNED = {
    "SyncStorageArea": False,
    "OverwriteInstances": True,
    "MaximumPduLength": 131072,
    "StoreMD5ForAttachments": False,
}
