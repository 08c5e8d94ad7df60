"""The containers of one lab: found by their service, asked whether they are well, and swept away.

All that the engine knows of a lab bears its project's name as a label. So everything is found again
after a crash, half an `up`, or the hand of somebody who removed a part.
"""

import io
import socket
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from docker.errors import APIError, NotFound
from docker.types import Ulimit

from lab.engines import EngineError
from lab.engines.daemon import Daemon
from lab.engines.guard import OF_PROJECT
from lab.evidence import printable
from lab.key_files import private_folder

OF_SERVICE = "com.docker.compose.service"
LAST_LINES = 4
"""Lines of a failing container's log that its message tells."""
LOOK_EVERY = 0.3
"""Seconds between two looks at a container that is not well yet."""
OFTEN_ABSENT = 4
"""Looks at which a container may be found not running: one that failed once is started again."""
PARALLEL = 4
"""Containers that are asked at once: each answer costs the start of a program."""

Container = Any
"""The SDK has no types."""


class UnwellError(EngineError):
    """A container does not come up; the message ends with what it said last."""


def all_of(daemon: Daemon, project: str) -> list[Container]:
    """Every container of a lab, whether it runs or not."""
    return list(
        daemon.client.containers.list(
            all=True, filters={"label": f"{OF_PROJECT}={project}"}, ignore_removed=True
        )
    )


def find(daemon: Daemon, project: str, service: str) -> Container | None:
    """The container of a service; None if there is none."""
    labels = [f"{OF_PROJECT}={project}", f"{OF_SERVICE}={service}"]
    found = daemon.client.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
    return found[0] if found else None


def need(daemon: Daemon, project: str, service: str) -> Container:
    """The container of a service. Raises EngineError if there is none."""
    found = find(daemon, project, service)
    if found is None:
        raise EngineError(f"the container of {service} is gone; `pacslab down`, then up again")
    return found


def addresses(daemon: Daemon, project: str) -> frozenset[str]:
    """Where a lab's running containers are reached from this machine.

    A container's network counts only if its gateway is this machine itself: behind an engine
    elsewhere, or in a virtual machine, the same address may be somebody's device.
    """
    networks = [
        network
        for container in all_of(daemon, project)
        for network in container.attrs["NetworkSettings"]["Networks"].values()
    ]
    return frozenset(
        network["IPAddress"] for network in networks if network["IPAddress"] and _is_here(network)
    )


def _is_here(network: Mapping[str, Any]) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind((network["Gateway"], 0))
        except OSError:
            return False
    return bool(network["Gateway"])  # an empty one would be any address


def last_words(container: Container) -> str:
    """The last lines that a container logged, as one."""
    with suppress(APIError):
        said = container.logs(tail=LAST_LINES).decode("utf-8", "replace").splitlines()
        return " | ".join(printable(line.strip(), 200) for line in said if line.strip())
    return ""


def run(container: Container, command: Sequence[str]) -> tuple[int, str]:
    """Run a short command in a container: exit code, and what it said, errors included."""
    code, output = container.exec_run(list(command))
    return code, output.decode("utf-8", "replace").strip()


def do(container: Container, service: str, command: Sequence[str]) -> str:
    """Run a short command that has to succeed. Raises EngineError with its last line."""
    try:
        code, (said, errors) = container.exec_run(list(command), demux=True)
    except APIError as error:
        raise EngineError(f"{service} is not running; `pacslab reset` starts it again") from error
    if code:
        # What went to standard error may overtake what went to standard output before it.
        lines = (errors or said or b"").decode("utf-8", "replace").strip().splitlines()
        raise EngineError(
            f"{service}: {printable(lines[-1], 300) if lines else f'exit code {code}'}"
        )
    return (said or b"").decode("utf-8", "replace").strip()


def run_beside(container: Container, service: str, command: Sequence[str]) -> None:
    """Run a command in a container of its own, with the volumes and limits of one that is stopped.

    Raises:
        EngineError: it failed; its last line.
    """
    as_it = container.attrs["HostConfig"]
    client = container.client
    beside = client.containers.create(
        container.attrs["Image"],
        list(command),
        volumes_from=[container.id],
        network_mode="none",
        # No service: from the image it would have that of whoever built it, and be taken for it.
        labels={OF_PROJECT: container.labels[OF_PROJECT], OF_SERVICE: ""},
        read_only=True,
        cap_drop=["ALL"],
        security_opt=as_it.get("SecurityOpt"),
        tmpfs=as_it.get("Tmpfs"),
        mem_limit=as_it["Memory"],
        pids_limit=as_it["PidsLimit"],
        ulimits=[*_ulimits(as_it)],
    )
    try:
        beside.start()
        if beside.wait()["StatusCode"]:
            raise EngineError(f"{service}: {last_words(beside) or 'it says nothing'}")
    finally:
        beside.remove(force=True)


def _ulimits(as_it: Mapping[str, Any]) -> Iterator[Ulimit]:
    """Podman, which would ask for more than a machine may give, names them as the kernel does."""
    for one in as_it.get("Ulimits") or ():
        name = one["Name"].removeprefix("RLIMIT_").lower()
        yield Ulimit(name=name, soft=one["Soft"], hard=one["Hard"])


def await_health(containers: Mapping[str, Container], within: float) -> None:
    """Wait until each container's own health check succeeds, asked by ourselves.

    The engine asks only every few seconds, and not at once.

    Raises:
        UnwellError: one ended, or is not well in time: what its check and its log say.
    """
    deadline = time.monotonic() + within
    with ThreadPoolExecutor(PARALLEL) as pool:
        for _ in pool.map(lambda one: _await_one(one[0], one[1], deadline), containers.items()):
            pass


def _await_one(service: str, container: Container, deadline: float) -> None:
    said = "it was not asked"
    absent = 0
    while True:
        container.reload()
        gone, late = container.status != "running", time.monotonic() > deadline
        absent += gone
        if absent > OFTEN_ABSENT or (gone and late):
            code = container.attrs["State"].get("ExitCode")
            raise UnwellError(_unwell(service, f"ended with exit code {code}", container))
        with suppress(APIError):  # it is not running, or ends at this very moment
            code, said = run(container, _check(container))
            if code == 0:
                return
        if late:
            line = printable(said.splitlines()[-1], 200) if said else "no answer"
            raise UnwellError(_unwell(service, f"is not well: {line}", container))
        time.sleep(LOOK_EVERY)


def _check(container: Container) -> list[str]:
    """The command of a container's health check; one that always succeeds if it has none."""
    test = (container.attrs["Config"].get("Healthcheck") or {}).get("Test") or ["NONE"]
    if test[0] == "CMD-SHELL":
        return ["/bin/sh", "-c", test[1]]
    return test[1:] if test[0] == "CMD" else ["true"]


def _unwell(service: str, what: str, container: Container) -> str:
    said = last_words(container)
    return f"{service} {what}" + (f"; it said last: {said}" if said else "; it says nothing")


def copy_out(container: Container, folder: str, to: Path) -> None:
    """Copy the files of a folder in a container; each is readable by this user alone."""
    chunks, _ = container.get_archive(folder)
    private_folder(to)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:  # a folder has none
                target = to / Path(member.name).name
                target.touch(mode=0o600)
                target.write_bytes(content.read())


def sweep(daemon: Daemon, project: str) -> None:
    """Remove all that is left of a lab: containers, networks, volumes.

    Raises:
        EngineError: something does not go.
    """
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(_remove, all_of(daemon, project)))
    for thing in leftovers(daemon, project):
        with suppress(NotFound):
            thing.remove()
    left = [thing.name for thing in leftovers(daemon, project)]
    if left:
        raise EngineError(f"the container engine does not remove {', '.join(left)}")


def _remove(container: Container) -> None:
    with suppress(NotFound):
        container.remove(force=True, v=True)


def leftovers(daemon: Daemon, project: str) -> Iterator[Any]:
    """Containers, networks and volumes of a lab."""
    label = {"label": f"{OF_PROJECT}={project}"}
    yield from all_of(daemon, project)
    yield from daemon.client.networks.list(filters=label)
    yield from daemon.client.volumes.list(filters=label)
