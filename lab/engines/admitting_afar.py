"""The same in containers: ``pki`` signs and revokes where the authority's key lies."""

import re
from datetime import UTC, datetime

from lab.engines import EngineError, containers, raising
from lab.engines.admitting import await_word
from lab.engines.daemon import Daemon
from lab.engines.record import Lab
from lab.newcomer import Newcomer

SECURE = raising.SERVICES["secure"]
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


def admit(daemon: Daemon, lab: Lab, newcomer: Newcomer) -> str:
    """Admit a device; the certificate, in PEM, that it is to show. Raises EngineError."""
    said = _pki(lab, "admit", newcomer.model_dump_json(exclude_none=True))
    try:
        _reload(daemon, lab)
    except EngineError:
        _pki(lab, "withdraw", newcomer.name)
        raise
    return "".join(_CERTIFICATE.findall(said))


def revoke(daemon: Daemon, lab: Lab, name: str) -> None:
    """Revoke a device's certificate and end its sessions. Raises EngineError."""
    _pki(lab, "dismiss", name)
    _reload(daemon, lab)


def _pki(lab: Lab, *command: str) -> str:
    """One run of the program that has the authority's key; what it said."""
    said: list[str] = []
    one_shot = ("run", "--rm", "-T", "--no-deps", raising.PKI)
    raising.compose_of(lab).run(*one_shot, *command, heard=said.append)
    return "".join(f"{line}\n" for line in said)


def _reload(daemon: Daemon, lab: Lab) -> None:
    archive = containers.need(daemon, lab.project, SECURE)
    since = datetime.now(UTC)
    # Not by the engine's own kill: after that one, whatever the signal, it takes a container for
    # stopped by hand, and does not start it again once it dies.
    containers.do(archive, SECURE, ["sh", "-c", "kill -HUP 1"])
    await_word(lambda: archive.logs(since=since))
