"""Devices that come and go while the lab's archives run as processes of this machine."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from lab.engines import EngineError
from lab.engines.processes import POLL, StartedProcess
from lab.engines.record import DEVICES, Lab
from lab.evidence import printable
from lab.issuing import admit as issuing
from lab.issuing.admit import AdmissionError
from lab.newcomer import Newcomer
from lab.pki import Authority

RELOADED = "settings reloaded"
NOT_RELOADED = "not reloaded"
WITHIN = 10.0
"""Seconds in which an archive has to say what it made of the order to reload."""


def admit(lab: Lab, process: StartedProcess, log: Path, newcomer: Newcomer) -> str:
    """Admit a device; the certificate, in PEM, that it is to show.

    Raises:
        EngineError: it cannot be admitted; nothing has changed then.
    """
    if newcomer.name in DEVICES:
        raise EngineError(f"{newcomer.name} is a name of the lab's own; give the device another")
    admitted = _admitted(lab)
    try:
        pem = issuing.admit(Authority.load(lab.folder / "authority"), admitted, newcomer)
    except AdmissionError as error:
        raise EngineError(str(error)) from error
    try:
        _reload(process, log)
    except EngineError:
        issuing.withdraw(admitted, newcomer.name)
        raise
    return pem


def revoke(lab: Lab, process: StartedProcess, log: Path, name: str) -> None:
    """Revoke a device's certificate and end its sessions. Raises EngineError."""
    own = {
        one: (lab.folder / "identities" / one / "certificate.pem").read_bytes() for one in DEVICES
    }
    crl = lab.folder / "secure" / "crl.pem"
    try:
        authority = Authority.load(lab.folder / "authority")
        issuing.dismiss(authority, _admitted(lab), name, crl, own)
    except AdmissionError as error:
        raise EngineError(str(error)) from error
    _reload(process, log)


def _admitted(lab: Lab) -> Path:
    return lab.folder / "secure" / "admitted"


def _reload(process: StartedProcess, log: Path) -> None:
    """Tell the archive to read its settings anew, and hear what it says."""
    start = log.stat().st_size
    running = process.find()
    if running is None:
        raise EngineError("pacs-secure is not running; `pacslab reset` starts it again")
    if not hasattr(signal, "SIGHUP"):
        raise EngineError("this system has no signal HUP; admit devices in the containerised lab")
    running.send_signal(signal.SIGHUP)
    await_word(lambda: log.read_bytes()[start:])


def await_word(said: Callable[[], bytes]) -> None:
    """Wait until an archive has said, in its log, that it obeys.

    Raises:
        EngineError: it does not, and why; or it says nothing.
    """
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        for line in _json_lines(said()):
            message = str(line.get("message", ""))
            if line.get("event") == RELOADED:
                return
            if message.startswith(NOT_RELOADED):
                raise EngineError(f"pacs-secure: {printable(message, 300)}")
        time.sleep(POLL)
    raise EngineError(f"pacs-secure did not read its settings anew within {WITHIN:.0f} s")


def _json_lines(said: bytes) -> Iterator[dict[str, object]]:
    for line in said.splitlines():
        with suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict):
                yield found
