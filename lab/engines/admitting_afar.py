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
    said = raising.pki(lab, "admit", newcomer.model_dump_json(exclude_none=True))
    try:
        _reload(daemon, lab)
    except EngineError:
        raising.pki(lab, "withdraw", newcomer.name)
        raise
    return "".join(_CERTIFICATE.findall(said))


def revoke(daemon: Daemon, lab: Lab, name: str) -> None:
    """Revoke a device's certificate and end its sessions. Raises EngineError."""
    raising.pki(lab, "dismiss", name)
    _reload(daemon, lab)


def issue_brief(lab: Lab, question: str, seconds: float) -> None:
    """Have a certificate made for the examiner's question. Raises ComposeError."""
    raising.pki(lab, "brief", question, "--seconds", f"{seconds}")


def _reload(daemon: Daemon, lab: Lab) -> None:
    archive = containers.need(daemon, lab.project, SECURE)
    since = datetime.now(UTC)
    # Not by the engine's own kill: after that one, whatever the signal, it takes a container for
    # stopped by hand, and does not start it again once it dies.
    containers.do(archive, SECURE, ["sh", "-c", "kill -HUP 1"])
    await_word(lambda: archive.logs(since=since))
