"""The lab's guard: the leaking archive runs only where nobody but this machine can reach it.

Asked before it starts, and by the keeper every few seconds while it runs:

- no port of any of the lab's containers is published beyond loopback, none uses the host's network;
- below engine 28 the rules of :mod:`lab.engines.packet_filter` are there. From 28 on the engine
  itself keeps neighbours away from what is published on loopback; the rules are set all the same
  where that is possible, because they also keep the containers away from this machine.
"""

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import psutil
from docker.errors import NotFound

from lab.engines import EngineError, packet_filter
from lab.engines.daemon import Daemon
from lab.engines.packet_filter import FilterError

GUARDS_ITSELF = (28,)
"""From this version on docker drops what neighbours send to loopback-published ports."""
OF_PROJECT = "com.docker.compose.project"


class GuardError(EngineError):
    """The leaking archive must not run; the message says why."""


def stand(daemon: Daemon, project: str) -> bool:
    """Set the guard up. Whether the filter's rules are set (from engine 28 on they need not be).

    Raises:
        GuardError: it cannot be set up, so the leaking archive must not be started.
    """
    found = breach(daemon, project)
    if found:
        raise GuardError(f"pacs-open is not started: {found}")
    try:
        packet_filter.stand(project, _bridges(daemon, project), names=not daemon.is_docker)
    except FilterError as error:
        if needs_rules(daemon):
            raise GuardError(_not_started(daemon, str(error))) from error
        return False
    return True


def look(daemon: Daemon, project: str, *, filtered: bool) -> str | None:
    """What is wrong now, None if nothing is; ``filtered``: the rules were set."""
    found = breach(daemon, project)
    if found is None and filtered:
        try:
            if not packet_filter.stands(
                project, _bridges(daemon, project), names=not daemon.is_docker
            ):
                return "the rules of the packet filter around the lab were removed"
        except FilterError as error:
            return str(error)
    return found


def breach(daemon: Daemon, project: str) -> str | None:
    """A container of the lab that can be reached from beyond this machine, None if none can."""
    for container in daemon.client.api.containers(
        all=True, filters={"label": f"{OF_PROJECT}={project}"}
    ):
        try:
            attributes = daemon.client.api.inspect_container(container["Id"])
        except NotFound:  # it has just gone
            continue
        found = reachable(attributes)
        if found:
            return f"{attributes['Name'].lstrip('/')} {found}"
    return None


def reachable(attributes: Mapping[str, Any]) -> str | None:
    """How a container, as the engine describes it, can be reached from beyond, None if not."""
    settings = attributes["HostConfig"]
    if settings.get("NetworkMode") == "host" or "host" in _networks(attributes):
        return "uses the host's network"
    if settings.get("PublishAllPorts"):
        return "publishes all its ports"
    for port, address in _published(attributes):
        if not _is_loopback(address):
            return f"publishes {port} on {address or 'every address'}, not on loopback alone"
    return None


def _published(attributes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Ports and addresses: as they were asked for, and as they are."""
    asked = attributes["HostConfig"].get("PortBindings") or {}
    given = attributes.get("NetworkSettings", {}).get("Ports") or {}
    for bindings in (asked, given):
        for port, addresses in bindings.items():
            yield from ((port, one.get("HostIp") or "") for one in addresses or ())


def _networks(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    return attributes.get("NetworkSettings", {}).get("Networks") or {}


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def needs_rules(daemon: Daemon) -> bool:
    """Whether neighbours would reach what this engine publishes on loopback."""
    return not daemon.is_docker or daemon.version < GUARDS_ITSELF


def _not_started(daemon: Daemon, why: str) -> str:
    version = ".".join(map(str, daemon.version))
    remedy = "run pacslab as root on the engine's own machine, or use engine 28"
    return (
        f"pacs-open is not started: with engine {version} neighbours would reach it, and no rule "
        f"can keep them out ({why}); {remedy}, or `--engine process`"
    )


def _bridges(daemon: Daemon, project: str) -> list[str]:
    """The lab's bridges on this very machine.

    Raises:
        FilterError: the engine keeps them elsewhere, where no rule of ours reaches.
    """
    if daemon.rootless or not daemon.is_local:
        kind = "runs rootless" if daemon.rootless else "is not on this machine"
        raise FilterError(f"the engine {kind}")
    here = {name for _, name in socket.if_nameindex()}
    networks = daemon.client.api.networks(filters={"label": f"{OF_PROJECT}={project}"})
    bridges = [name for network in networks if (name := _bridge(daemon, network))]
    if not bridges or not here.issuperset(bridges):
        raise FilterError("the engine's networks are not on this machine")
    return bridges


def _bridge(daemon: Daemon, network: Mapping[str, Any]) -> str | None:
    if not daemon.is_docker:
        return _with_gateway(network)
    told = (network.get("Options") or {}).get("com.docker.network.bridge.name")
    return str(told or f"br-{network['Id'][:12]}")


def _with_gateway(network: Mapping[str, Any]) -> str | None:
    """Podman does not tell a bridge's name, and has none while nobody is on the network."""
    wanted = {one.get("Gateway") for one in (network.get("IPAM") or {}).get("Config") or ()}
    for name, addresses in psutil.net_if_addrs().items():
        if any(one.address in wanted for one in addresses):
            return str(name)
    return None
