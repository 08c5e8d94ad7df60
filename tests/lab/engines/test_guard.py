"""The guard lets the leaking archive run only where nobody but this machine can reach it."""

import dataclasses

import psutil
import pytest

from lab.engines import guard, packet_filter
from lab.engines.guard import GuardError
from lab.engines.packet_filter import FilterError


def _described(*, mode="lab_internet", asked=None, given=None, every=False, networks=None):
    """A container as the engine describes it."""
    return {
        "Name": "/lab-pacs-open-1",
        "HostConfig": {"NetworkMode": mode, "PortBindings": asked, "PublishAllPorts": every},
        "NetworkSettings": {"Ports": given, "Networks": networks},
    }


def _at(address):
    return {"11112/tcp": [{"HostIp": address, "HostPort": "11112"}]}


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (_described(), None),
        (_described(asked=_at("127.0.0.1"), given=_at("127.0.0.1")), None),
        (_described(asked=_at("127.0.0.2")), None),
        (_described(asked=_at("::1")), None),
        (_described(given={"11112/tcp": None}), None),
        (_described(asked=_at("")), "publishes 11112/tcp on every address"),
        (_described(asked=_at("0.0.0.0")), "publishes 11112/tcp on 0.0.0.0"),
        (_described(asked=_at("::")), "publishes 11112/tcp on ::"),
        (_described(asked=_at("192.0.2.2")), "publishes 11112/tcp on 192.0.2.2"),
        (_described(asked=_at("localhost.example")), "publishes 11112/tcp on localhost.example"),
        (
            _described(asked=_at("127.0.0.1"), given=_at("0.0.0.0")),
            "publishes 11112/tcp on 0.0.0.0",
        ),
        (
            _described(asked={"1/tcp": [{"HostIp": "127.0.0.1"}, {"HostIp": "10.0.0.1"}]}),
            "publishes 1/tcp on 10.0.0.1",
        ),
        (_described(every=True), "publishes all its ports"),
        (_described(mode="host"), "uses the host's network"),
        (_described(mode="x", networks={"host": {}}), "uses the host's network"),
    ],
)
def test_who_can_be_reached_from_beyond(described, words):
    found = guard.reachable(described)
    assert (found is None) if words is None else words in found


@pytest.mark.engine
@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, "the engine's networks are not on this machine"),
        ({"version": (27, 5, 1)}, "the engine's networks are not on this machine"),
        ({"rootless": True}, "the engine runs rootless"),
        ({"host": "tcp://127.0.0.1:2375"}, "the engine is not on this machine"),
        ({"version": (28,), "is_docker": False}, "the engine's networks are not on this machine"),
    ],
)
def test_where_no_rule_can_be_set_below_28_the_leaking_archive_is_not_started(daemon, facts, why):
    kind = dataclasses.replace(daemon, **{"version": (20, 10, 24), **facts})
    with pytest.raises(GuardError) as caught:
        guard.stand(kind, "pacslab-of-nobody")
    said = str(caught.value)
    assert said.startswith("pacs-open is not started: with engine ")
    assert f"({why})" in said
    assert said.endswith("or `--engine process`")
    assert "\n" not in said


@pytest.mark.engine
@pytest.mark.parametrize("version", [(28,), (28, 0, 1), (29, 1)])
def test_from_28_on_the_engine_itself_keeps_neighbours_away(daemon, version):
    later = dataclasses.replace(daemon, version=version)
    assert guard.stand(later, "pacslab-of-nobody") is False
    assert guard.look(later, "pacslab-of-nobody", filtered=False) is None


@pytest.mark.engine
def test_a_filter_that_refuses_is_the_reason(daemon, monkeypatch):
    def refuse(_lab, _bridges, *, names):
        raise FilterError("iptables refuses: you must be root")

    monkeypatch.setattr(guard, "_bridges", lambda _daemon, _project: ["br-x"])
    monkeypatch.setattr(packet_filter, "stand", refuse)
    with pytest.raises(GuardError, match=r"no rule can keep them out \(.*you must be root"):
        guard.stand(dataclasses.replace(daemon, version=(20, 10)), "pacslab-of-nobody")


@pytest.mark.engine
def test_rules_that_are_gone_or_cannot_be_read_are_a_breach(daemon, monkeypatch):
    def refuse(_lab, _bridges, *, names):
        raise FilterError("there is no iptables")

    monkeypatch.setattr(guard, "_bridges", lambda _daemon, _project: ["br-x"])
    for stands, words in [
        (lambda *_, **__: True, None),
        (lambda *_, **__: False, "the rules of the packet filter around the lab were removed"),
        (refuse, "there is no iptables"),
    ]:
        monkeypatch.setattr(packet_filter, "stands", stands)
        assert guard.look(daemon, "pacslab-of-nobody", filtered=True) == words


@pytest.mark.engine
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ports": {"11112/tcp": ("127.0.0.1", None)}}, None),
        ({"ports": {"11112/tcp": None}}, "publishes 11112/tcp on every address"),
        ({"ports": {"11112/tcp": ("0.0.0.0", None)}}, "publishes 11112/tcp on 0.0.0.0"),
        ({"publish_all_ports": True}, "publishes all its ports"),
        ({"network_mode": "host"}, "uses the host's network"),
    ],
)
def test_a_container_of_the_lab_is_seen_before_it_is_started(
    daemon, project, service, settings, words
):
    settings.setdefault("network_mode", "bridge")
    container = service("pacs-open", start=False, **settings)
    found = guard.breach(daemon, project)
    if words is None:
        assert found is None
        return
    assert found.startswith(f"{container.name} {words}")
    with pytest.raises(GuardError, match="pacs-open is not started"):
        guard.stand(daemon, project)


@pytest.mark.engine
def test_containers_of_others_are_none_of_its_business(daemon, project, service):
    service("pacs-open", start=False, network_mode="host")
    assert guard.breach(daemon, f"{project}-other") is None


def test_podmans_bridge_is_the_one_with_the_gateways_address():
    """Podman tells no name of it; here loopback stands in for it."""
    network = {"IPAM": {"Config": [{"Gateway": "127.0.0.1"}]}}
    found = guard._with_gateway(network)
    assert found is not None
    assert any(one.address == "127.0.0.1" for one in psutil.net_if_addrs()[found])
    assert guard._with_gateway({"IPAM": {"Config": [{"Gateway": "192.0.2.1"}]}}) is None
    assert guard._with_gateway({"IPAM": {"Config": [{}]}}) is None
