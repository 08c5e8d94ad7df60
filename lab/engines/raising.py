"""How a lab in containers is brought up: its names and ports, and what is started when.

The hardened archive and all devices come first. Then the guard stands, and only then the leaking
archive is started.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.engines import EngineError, Which, claim, compose, containers, guard, places, settings
from lab.engines.compose import Compose, ComposeError
from lab.engines.daemon import Daemon
from lab.engines.ports import free_port
from lab.engines.processes import StartedProcess
from lab.engines.record import Archive, Lab
from lab.scenes import LOOPBACK

SERVICES: Mapping[Which, str] = {"open": "pacs-open", "secure": "pacs-secure"}
PKI = "pki"
LEAKY = "leaky"
"""The profile that compose.yaml keeps the leaking archive in."""
WELL_WITHIN = 90.0
"""Seconds the containers have, from the start of the last one, to be well."""
VISITORS_KEYS = "/keys/visitor"
CLOSED_TOML = "pacs-secure-closed.toml"


def project_of(folder: Path, *, bound: bool) -> str:
    """The name by which the engine knows a lab: one for each folder, ``pacslab`` for the usual."""
    if bound:
        return f"pacslab-demo-{secrets.token_hex(4)}"
    if folder == places.usual_lab_folder():
        return "pacslab"
    return f"pacslab-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def plan(
    host: str, folder: Path, time_to_live: timedelta, *, bound: bool, podman: bool = False
) -> Lab:
    """The lab as it will be."""
    now = datetime.now(UTC)
    return Lab(
        engine="docker",
        folder=folder,
        since=now,
        until=now + time_to_live,
        raised_by=StartedProcess.this(),
        bound=bound,
        open=Archive(host=LOOPBACK, port=free_port(), ae_title=settings.OPEN_TITLE),
        secure=Archive(host=LOOPBACK, port=free_port(), ae_title=settings.SECURE_TITLE),
        project=project_of(folder, bound=bound),
        engine_host=host,
        podman=podman,
    )


def check_name(daemon: Daemon, lab: Lab) -> None:
    """Nothing of that name is there: it would be another's, and `down` would remove it."""
    if next(containers.leftovers(daemon, lab.project), None) is not None:
        claim.remove(lab)
        raise EngineError(
            f"a compose project {lab.project} is there that no running lab knows of; this removes "
            f"it: docker compose -p {lab.project} --profile '*' down --volumes"
        )


def compose_of(lab: Lab) -> Compose:
    """Compose for this lab, with what its compose.yaml is told."""
    if lab.open is None or lab.secure is None:
        raise EngineError("this lab was never planned")
    told = {
        "PACSLAB_OPEN_PORT": str(lab.open.port),
        "PACSLAB_SECURE_PORT": str(lab.secure.port),
        "PACSLAB_HOURS": f"{(lab.until - lab.since) / timedelta(hours=1):.4f}",
    }
    if (lab.folder / CLOSED_TOML).exists():
        told["PACSLAB_SECURE_TOML"] = str(lab.folder / CLOSED_TOML)
    return Compose(lab.project, lab.engine_host, told, podman=lab.podman)


def write_closed(lab: Lab) -> None:
    """The hardened archive's configuration, with empty lists of friends."""
    path = lab.folder / CLOSED_TOML
    tables = settings.read(compose.file().parent / "pacs-secure.toml")
    settings.write(path, settings.closed_to_all(tables), "pacs-secure, closed to all")
    path.chmod(0o644)  # it holds no secret, and the container's user has to read it


def start(daemon: Daemon, lab: Lab) -> Lab:
    """Everything but the leaking archive, then the guard, then that, too."""
    composed = compose_of(lab)
    try:
        composed.run("up", "--detach", "--no-build")
    except ComposeError as error:
        raise EngineError(_first_failure(daemon, lab) or str(error)) from error
    lab = lab.but(filtered=guard.stand(daemon, lab.project))
    create(lab, "open")
    found = guard.breach(daemon, lab.project)
    if found:
        raise guard.GuardError(f"pacs-open is not started: {found}")
    containers.need(daemon, lab.project, SERVICES["open"]).start()
    named = {
        one.labels[containers.OF_SERVICE]: one for one in containers.all_of(daemon, lab.project)
    }
    pki = named.pop(PKI)
    containers.await_health(named, WELL_WITHIN)
    containers.copy_out(pki, VISITORS_KEYS, lab.folder / "identities" / "visitor")
    return lab


def _first_failure(daemon: Daemon, lab: Lab) -> str | None:
    """A container that ended with an error, and its last words."""
    for one in containers.all_of(daemon, lab.project):
        code = one.attrs["State"].get("ExitCode")
        if one.status == "exited" and code:
            said = containers.last_words(one) or "it says nothing"
            return f"{one.labels[containers.OF_SERVICE]} ended with exit code {code}: {said}"
    return None


def create(lab: Lab, which: Which) -> None:
    """Make an archive's container, not yet started."""
    compose_of(lab).run(
        "--profile", LEAKY, "create", "--no-build", "--no-recreate", SERVICES[which]
    )


def pki(lab: Lab, *command: str) -> str:
    """One run of the program that has the authority's key; what it said. Raises ComposeError."""
    said: list[str] = []
    one_shot = ("run", "--rm", "-T", "--no-deps", PKI)
    compose_of(lab).run(*one_shot, *command, heard=said.append)
    return "".join(f"{line}\n" for line in said)
