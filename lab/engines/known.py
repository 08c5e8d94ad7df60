"""The engines by name: whoever has a lab asks here for the engine that runs it."""

from typing import Literal

from lab.engines import Engine
from lab.engines.record import Lab
from lab.progress import Progress

Name = Literal["process", "docker"]


def by_name(name: Name, progress: Progress | None = None) -> Engine:
    """An engine; a long preparation of its own is shown by ``progress``."""
    if name == "docker":
        from lab.engines.docker import DockerEngine  # noqa: PLC0415 - most labs need no SDK

        return DockerEngine(progress)
    from lab.engines.process import ProcessEngine  # noqa: PLC0415 - an engine imports us

    return ProcessEngine()


def engine_of(lab: Lab) -> Engine:
    """The engine that runs a lab."""
    return by_name(lab.engine)


def is_alive(lab: Lab) -> bool:
    """Whether anything of a lab runs, whatever its engine."""
    return engine_of(lab).is_alive(lab)


def addresses(lab: Lab) -> frozenset[str]:
    """Addresses of a lab's own containers, as they are reached from this machine.

    Raises:
        EngineError: its container engine does not answer.
    """
    if lab.engine != "docker":
        return frozenset()
    from lab.engines import containers, daemon  # noqa: PLC0415 - most labs need no SDK

    with daemon.connected(lab.engine_host) as found:
        return containers.addresses(found, lab.project)


def down(lab: Lab) -> None:
    """Stop a lab and remove what is left of it, whatever its engine."""
    engine_of(lab).down(lab)
