"""The guard at work: nobody beyond this machine reaches the lab, and the lab reaches nothing here.

A neighbour on the same network segment is a network namespace of the test's own, with a cable to
this machine. Each refusal has its twin: the same attempt gets through once the rules are away.
"""

import secrets
import socket
import threading
import time

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.engines import compose, containers, guard, packet_filter, places
from lab.engines.daemon import connected
from lab.engines.guard import OF_PROJECT

pytestmark = [pytest.mark.engine, pytest.mark.program("ip", "iptables")]


def until(condition, what, within=20.0):
    """Wait for what another program does."""
    pause, deadline = threading.Event(), time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {within:.0f} s"
        pause.wait(0.05)


def _address(container, network):
    found = container.attrs["NetworkSettings"]["Networks"]
    return next(one["IPAddress"] for name, one in found.items() if name.endswith(network))


def test_a_neighbour_reaches_a_published_port_only_without_the_rules(
    mended, engine, service, neighbour
):
    """Below engine 28; from 28 on the engine keeps neighbours out with and without our rules."""
    secure = service("pacs-secure")
    doors = [("127.0.0.1", mended.secure.port), (_address(secure, "_door"), 2762)]
    neighbour.route(f"{doors[1][0]}/32")
    assert [neighbour.connect(*door) for door in doors] == ["TimeoutError", "TimeoutError"]
    assert neighbour.connect("127.0.0.1", mended.open.port) == "TimeoutError"

    engine.stop(mended, "open")  # it must not run without its guard, not even here
    packet_filter.lift(mended.project)
    with connected() as daemon:
        hole = daemon.version < guard.GUARDS_ITSELF
    expected = ["reached", "reached"] if hole else ["TimeoutError", "TimeoutError"]
    assert [neighbour.connect(*door) for door in doors] == expected

    engine.reset(mended)
    assert [neighbour.connect(*door) for door in doors] == ["TimeoutError", "TimeoutError"]


def test_an_archive_reaches_this_machine_only_without_the_rules(
    mended, engine, service, neighbour, from_inside
):
    """Its own gateway, and any other address of this machine, here one end of a cable."""
    secure = service("pacs-secure")
    networks = secure.attrs["NetworkSettings"]["Networks"]
    gateway = next(one["Gateway"] for name, one in networks.items() if name.endswith("_door"))
    with socket.create_server(("0.0.0.0", 0)) as listening:
        port = listening.getsockname()[1]
        assert [from_inside(secure, one, port) for one in (gateway, neighbour.here)] == [
            "TimeoutError"
        ] * 2

        engine.stop(mended, "open")
        packet_filter.lift(mended.project)
        assert [from_inside(secure, one, port) for one in (gateway, neighbour.here)] == [
            "reached"
        ] * 2

    engine.reset(mended)


def test_rules_that_somebody_removes_stop_the_leaking_archive(mended, engine, service):
    packet_filter.lift(mended.project)

    until(lambda: not engine.runs(mended, "open"), "the keeper stops it")
    until(lambda: engine.notes(mended), "and says so")

    result = CliRunner().invoke(app, ["status"])
    assert result.exit_code == 3
    line = "the guard stopped pacs-open at "
    (said,) = [one for one in result.stdout.splitlines() if one.startswith(line)]
    assert said.endswith(": the rules of the packet filter around the lab were removed")
    assert engine.runs(mended, "secure")
    assert CliRunner().invoke(app, ["reset"]).exit_code == 0
    assert engine.notes(mended) == ()
    assert engine.runs(mended, "open")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ports": {"80/tcp": ("0.0.0.0", None)}}, "publishes 80/tcp on 0.0.0.0"),
        ({"network_mode": "host"}, "uses the host's network"),
    ],
)
def test_a_container_that_opens_the_lab_stops_the_leaking_archive(mended, engine, settings, words):
    with connected() as daemon:
        opening = daemon.client.containers.create(
            "pacslab", ["true"], labels={OF_PROJECT: mended.project}, **settings
        )
        try:
            until(lambda: not engine.runs(mended, "open"), "the keeper stops it")
            until(lambda: engine.notes(mended), "and says so")
            (said,) = engine.notes(mended)
            assert f"{opening.name} {words}" in said
            result = CliRunner().invoke(app, ["reset"])
            assert result.exit_code == 2
            assert result.stderr.startswith("pacslab: pacs-open is not started: ")
            assert not engine.runs(mended, "open")
        finally:
            opening.remove(force=True)


def test_a_definition_that_publishes_beyond_loopback_never_starts_the_leaking_archive(
    tmp_path, monkeypatch, engine
):
    """What is asked for is looked at when the container is made, before it is started."""
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    definition = (
        compose.file().read_text().replace('"127.0.0.1:${PACSLAB_OPEN', '"0.0.0.0:${PACSLAB_OPEN')
    )
    copy = compose.file().with_name(f".open-{secrets.token_hex(4)}.yaml")
    copy.write_text(definition)
    started = []
    monkeypatch.setattr(compose, "file", lambda: copy)
    monkeypatch.setattr(containers, "await_health", lambda *_: started.append("too late"))
    try:
        with pytest.raises(
            guard.GuardError, match=r"pacs-open-1 publishes 11112/tcp on 0\.0\.0\.0"
        ):
            engine.up(places.lab_folder())
    finally:
        copy.unlink()
    assert started == []
    assert not places.lab_folder().exists()
