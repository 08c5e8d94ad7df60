"""The container engine's daemon: found where the docker command finds it, and asked who it is."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from lab.engines import EngineError
from lab.evidence import printable

ANSWERS_WITHIN = 60
"""Seconds for one answer of the engine."""
INSTEAD = "`--engine process` works now"


class NoDaemonError(EngineError):
    """No container engine can be used; the message says what is missing."""


@dataclass(frozen=True)
class Daemon:
    """A container engine that answers."""

    client: docker.DockerClient
    host: str
    """Its address, as DOCKER_HOST has it."""
    version: tuple[int, ...]
    is_docker: bool
    """Or another that speaks the same language (podman)."""
    rootless: bool

    @property
    def is_local(self) -> bool:
        """Whether its socket is of this machine. Where the engine itself is, it may yet hide."""
        return self.host.startswith("unix://")


def address() -> str:
    """Where the docker command of this user looks for its engine: DOCKER_HOST, or its context."""
    told = os.environ.get("DOCKER_HOST")
    if told:
        return told
    context = docker.ContextAPI.get_current_context()
    return str(context.Host if context is not None else "unix:///var/run/docker.sock")


@contextmanager
def connected(host: str | None = None) -> Iterator[Daemon]:
    """Speak with an engine; ``host``: an address that was written down.

    Raises:
        NoDaemonError: none answers; or, inside, it stopped to answer or refuses what was asked.
    """
    host = host or address()
    _knock(host)
    try:
        client = docker.DockerClient(base_url=host, timeout=ANSWERS_WITHIN)
    except (DockerException, RequestException, ValueError) as error:
        raise NoDaemonError(_nobody(host)) from error
    try:
        yield _introduced(client, host)
    except (DockerException, RequestException) as error:
        raise NoDaemonError(f"the container engine at {host}: {said(error)}") from error
    finally:
        client.close()


def said(error: Exception) -> str:
    """What the engine says went wrong, in one line."""
    return printable(str(getattr(error, "explanation", None) or error), 300)


def _introduced(client: docker.DockerClient, host: str) -> Daemon:
    version: dict[str, Any] = client.version()
    parts = version.get("Components") or [{"Name": "Engine"}]
    found = re.findall(r"\d+", str(version.get("Version", "")))
    options = client.info().get("SecurityOptions") or []
    return Daemon(
        client,
        host,
        tuple(int(number) for number in found[:3]),
        is_docker=any(part.get("Name") == "Engine" for part in parts),
        rootless=any("rootless" in option for option in options),
    )


def _knock(host: str) -> None:
    """See whether anybody listens at a socket of this machine, before the SDK does.

    It would leave the socket open, and its words help nobody.
    """
    kind, _, path = host.partition("://")
    if kind != "unix":
        return
    with socket.socket(socket.AF_UNIX) as trial:
        try:
            trial.connect(path)
        except PermissionError as error:
            why = f"this user may not speak with the container engine at {host} (group docker)"
            raise NoDaemonError(f"{why}; {INSTEAD}") from error
        except OSError as error:
            raise NoDaemonError(_nobody(host)) from error


def _nobody(host: str) -> str:
    return f"no container engine answers at {host} (Debian package docker.io); {INSTEAD}"
