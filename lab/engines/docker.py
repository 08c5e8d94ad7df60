"""The lab in containers: ``docker compose`` brings it up, the engine's API does the rest.

The leaking archive comes last, once the guard stands (:mod:`lab.engines.guard`). Of all keys only
the visitor's comes out of its volume, into the lab's folder.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar

from docker.errors import APIError

from lab.conversation import SUCCESS
from lab.crew.afar import CrewAfar
from lab.engines import (
    TIME_TO_LIVE,
    EngineError,
    Which,
    admitting_afar,
    claim,
    compose,
    containers,
    guard,
    images,
    keeper,
    known,
    orders,
    packet_filter,
    raising,
)
from lab.engines.compose import Compose, ComposeError
from lab.engines.containers import Container
from lab.engines.daemon import Daemon, NoDaemonError, connected
from lab.engines.packet_filter import FilterError
from lab.engines.processes import StartedProcess
from lab.engines.raising import SERVICES, WELL_WITHIN
from lab.engines.record import Lab
from lab.newcomer import Newcomer
from lab.progress import Progress
from lab.scenes import visitor

STOP_WITHIN = 15
"""Seconds an archive has to finish what is at hand; its own bound is 10."""
KEEPER_STOPS_WITHIN = 15.0
VIOLATION = "violation"
"""File of the lab's folder that says why the guard stopped the leaking archive."""
LOOK_EVERY = 0.05
"""Seconds between two tries to be answered by an archive that starts."""


class DockerEngine:
    """Archives and devices as containers, each on the networks that it needs."""

    name: ClassVar[str] = "docker"

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress

    def up(
        self,
        folder: Path,
        *,
        time_to_live: timedelta = TIME_TO_LIVE,
        bound: bool = False,
        admit: bool = True,
    ) -> Lab:
        """Bring up the whole lab; see :meth:`lab.engines.Engine.up`."""
        compose.file()
        with connected() as daemon:
            Compose("pacslab", daemon.host).run("version")  # before anything is made
            lab = raising.plan(
                daemon.host, folder, time_to_live, bound=bound, podman=not daemon.is_docker
            )
            claim.take(lab, known.is_alive, known.down)
            raising.check_name(daemon, lab)
            try:
                lab = lab.but(keeper=keeper.start_for(lab))
                images.build(daemon, self._progress)
                if not admit:
                    raising.write_closed(lab)
                return raising.start(daemon, lab).but(ready=True)
            except BaseException:  # also Ctrl-C: nothing may be left running
                self.down(lab)
                raise

    def is_alive(self, lab: Lab) -> bool:
        """Whether a container or the keeper runs, or whoever is raising the lab."""
        if not lab.ready:
            return lab.raised_by.runs
        if lab.keeper is not None and lab.keeper.runs:
            return True
        with connected(lab.engine_host) as daemon:
            return any(one.status == "running" for one in containers.all_of(daemon, lab.project))

    def runs(self, lab: Lab, which: Which) -> bool:
        """Whether one archive's container runs."""
        with connected(lab.engine_host) as daemon:
            found = containers.find(daemon, lab.project, SERVICES[which])
            return found is not None and found.status == "running"

    def stop(self, lab: Lab, which: Which) -> None:
        """Stop one archive."""
        with connected(lab.engine_host) as daemon:
            found = containers.find(daemon, lab.project, SERVICES[which])
            if found is not None:
                found.stop(timeout=STOP_WITHIN)

    def mark(self, lab: Lab) -> None:
        """Leave a mark in both archives' logs."""
        with connected(lab.engine_host) as daemon, ThreadPoolExecutor(2) as pool:
            list(pool.map(partial(_tell, daemon, lab, "mark"), SERVICES))

    def state(self, lab: Lab, which: Which) -> str:
        """What an archive holds and how it is configured, as one hash; reads all of it."""
        with connected(lab.engine_host) as daemon:
            return _tell(daemon, lab, "check", which).splitlines()[-1]

    def reset(self, lab: Lab) -> Lab:
        """Stop the archives, cut their logs back to the mark, start them on the same ports."""
        lab = claim.latest(lab)
        with connected(lab.engine_host) as daemon, ThreadPoolExecutor(2) as pool:
            lab = lab.but(filtered=guard.stand(daemon, lab.project))
            (lab.folder / VIOLATION).unlink(missing_ok=True)
            list(pool.map(partial(_cut_back, daemon, lab), SERVICES))
        return lab

    def watch(self, lab: Lab) -> None:
        """Stop the leaking archive, and write down why, if the guard finds that it must."""
        with connected(lab.engine_host) as daemon:
            leaking = containers.find(daemon, lab.project, SERVICES["open"])
            if leaking is None or leaking.status != "running":
                return
            found = guard.look(daemon, lab.project, filtered=lab.filtered)
            if found is None:
                return
            with suppress(APIError):  # it ended meanwhile
                leaking.kill()
            when = f"{datetime.now().astimezone():%H:%M:%S}"
            line = f"the guard stopped pacs-open at {when}: {found}"
            (lab.folder / VIOLATION).write_text(line, encoding="utf-8")

    def notes(self, lab: Lab) -> Sequence[str]:
        """What the guard found."""
        with suppress(FileNotFoundError):
            return ((lab.folder / VIOLATION).read_text(encoding="utf-8"),)
        return ()

    def audit_findings(self, lab: Lab) -> Sequence[str]:
        """What was done to the audit trail, found where its key lies."""
        with connected(lab.engine_host) as daemon:
            secure = containers.need(daemon, lab.project, SERVICES["secure"])
            code, said = containers.run(
                secure, ["pacs-secure", "audit", "--config", _toml("secure")]
            )
        if code not in {0, 1}:
            raise EngineError(f"pacs-secure: {said.splitlines()[-1] if said else 'no answer'}")
        return said.splitlines()

    def down(self, lab: Lab) -> None:
        """Remove containers, networks, volumes, filter rules and the lab's folder."""
        lab = claim.latest(lab)
        with suppress(ComposeError):  # not installed, or half a lab: what is left is swept away
            raising.compose_of(lab).run(
                "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "3"
            )
        try:
            with connected(lab.engine_host) as daemon:
                containers.sweep(daemon, lab.project)
        except NoDaemonError as error:
            remedy = f"start it and call `pacslab down`, or give the lab up: remove {lab.folder}"
            raise EngineError(
                f"the engine at {lab.engine_host} does not answer; {remedy}"
            ) from error
        try:
            packet_filter.lift(lab.project)
        except FilterError as error:
            raise EngineError(f"the rules around the lab are still set: {error}") from error
        if lab.keeper is not None and lab.keeper.pid != StartedProcess.this().pid:
            lab.keeper.stop(KEEPER_STOPS_WITHIN)
        claim.remove(lab)

    def admit(self, lab: Lab, newcomer: Newcomer) -> str:
        """Admit a device; see :meth:`lab.engines.Engine.admit`."""
        with connected(lab.engine_host) as daemon:
            return admitting_afar.admit(daemon, lab, newcomer)

    def revoke(self, lab: Lab, name: str) -> None:
        """Revoke a device's certificate; what it has open is cut off."""
        with connected(lab.engine_host) as daemon:
            admitting_afar.revoke(daemon, lab, name)

    def crew(self, lab: Lab) -> CrewAfar:
        """The devices, each in its container."""
        speak = partial(orders.speak, lab.engine_host, lab.project)
        return CrewAfar(speak, partial(admitting_afar.issue_brief, lab))

    def logs(self, lab: Lab) -> Iterator[str]:
        """What every container has logged, line by line, with its name before each."""
        with connected(lab.engine_host) as daemon:
            for one in containers.all_of(daemon, lab.project):
                for line in one.logs().decode("utf-8", "replace").splitlines():
                    yield f"{one.name}: {line}"


def remove_images() -> Sequence[str]:
    """Remove the lab's images; the names of those that others still use."""
    with connected() as daemon:
        return images.remove(daemon)


def _toml(which: Which) -> str:
    return f"/etc/pacslab/{SERVICES[which]}.toml"


def _tell(daemon: Daemon, lab: Lab, command: str, which: Which) -> str:
    """One of the archive's own commands, in its container."""
    service = SERVICES[which]
    container = containers.need(daemon, lab.project, service)
    return containers.do(container, service, [service, command, "--config", _toml(which)])


def _cut_back(daemon: Daemon, lab: Lab, which: Which) -> None:
    """Stop one archive, cut it back with nobody in it, start it, and wait for its answer."""
    service = SERVICES[which]
    if containers.find(daemon, lab.project, service) is None:  # removed by hand
        raising.create(lab, which)
    container = containers.need(daemon, lab.project, service)
    container.stop(timeout=STOP_WITHIN)
    containers.run_beside(container, service, [service, "reset", "--config", _toml(which)])
    container.start()
    _await_answer(container, service, lambda: _answers(lab, which))


def _answers(lab: Lab, which: Which) -> bool:
    with visitor(lab, which).converse() as talk:
        return talk.echo() == SUCCESS


def _await_answer(container: Container, service: str, answers: Callable[[], bool]) -> None:
    """Ask from here, where that costs no start of a program; who does not answer is looked at."""
    deadline = time.monotonic() + WELL_WITHIN
    while not answers():
        container.reload()
        if container.status != "running" or time.monotonic() > deadline:
            containers.await_health({service: container}, within=0.0)
            raise EngineError(f"{service} is well, but does not answer on its published port")
        time.sleep(LOOK_EVERY)
