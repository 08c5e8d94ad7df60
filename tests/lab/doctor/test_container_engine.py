"""Each checkup of the container engine: what is enough, what is not, and the remedy."""

import socket
import sys
from datetime import UTC, datetime

import pytest

from lab.doctor import container_engine
from lab.doctor.finding import Need
from lab.engines.daemon import Daemon
from lab.engines.packet_filter import FilterError


def a_daemon(version=(28,), **changed):
    return Daemon(None, "unix:///x", version, **{"is_docker": True, "rootless": False} | changed)


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """No program but what is put here."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")
    return tmp_path


def by_name(findings):
    return {found.name: found for found in findings}


def test_without_anything_each_missing_thing_has_its_remedy(alone):
    found = by_name(container_engine.examine())

    for name in ("docker", "compose", "engine"):
        assert found[name].state == "missing"
        assert found[name].remedy
        assert "\n" not in found[name].line()
    assert found["buildx"].state == "absent"
    assert "compose/engine/up" in found["engine"].remedy


@pytest.mark.skipif(sys.platform == "win32", reason="programs have another name there")
def test_a_plugin_is_asked_for_its_version(alone):
    docker = alone / "docker"
    docker.write_text(f"#!{sys.executable}\nprint('Docker Compose version 2.26\\n')\n")
    docker.chmod(0o755)

    assert container_engine.plugin("compose", "docker-compose", Need.DOCKER).state == "ok"
    docker.write_text(f"#!{sys.executable}\nraise SystemExit(1)\n")
    said = container_engine.plugin("compose", "docker-compose", Need.DOCKER).line()
    assert "package docker-compose" in said


@pytest.mark.parametrize(
    ("daemon", "state"),
    [
        (a_daemon((20, 10, 24)), "ok"),
        (a_daemon((19, 3)), "missing"),
        (a_daemon((4, 3, 1), is_docker=False), "ok"),
        (a_daemon((3, 4), is_docker=False), "missing"),
    ],
)
def test_an_engine_older_than_any_that_was_tried_is_not_enough(daemon, state):
    assert container_engine.version(daemon).state == state


def test_an_engine_that_cannot_bound_its_containers_is_not_enough():
    able = {"MemoryLimit": True, "PidsLimit": True, "CpuCfsQuota": True}

    assert container_engine.limits(able).state == "ok"
    found = container_engine.limits(able | {"PidsLimit": False})
    assert found.state == "missing"
    assert "processes" in found.seen


NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("there", "state"),
    [
        ("2030-01-01T12:00:00.123456789Z", "ok"),
        ("2030-01-01T13:00:20.1+01:00", "ok"),
        ("2030-01-01T12:00:31Z", "missing"),
        ("2030-01-01T11:00:00-00:30", "missing"),
        ("yesterday", "ok"),
    ],
)
def test_the_engines_clock_is_ours(there, state):
    assert container_engine.time_there({"SystemTime": there}, NOON).state == state


def test_an_engine_that_does_not_tell_its_time_is_not_blamed():
    assert "does not tell" in container_engine.time_there({}, NOON).seen


def test_little_memory_and_little_disk_are_told(tmp_path, monkeypatch):
    plenty = {"MemTotal": container_engine.MEMORY, "DockerRootDir": str(tmp_path)}
    assert container_engine.room(plenty, built=False).state == "ok"
    assert container_engine.room(plenty | {"MemTotal": 1}, built=True).state == "missing"

    monkeypatch.setattr(container_engine, "room_in", lambda _: container_engine.DISK - 1)
    assert container_engine.room(plenty, built=False).state == "missing"
    assert container_engine.room(plenty, built=True).state == "ok"


def test_where_no_rule_can_be_set_only_a_new_engine_will_do(monkeypatch):
    def refuse():
        raise FilterError("there is no iptables (Debian package iptables)")

    monkeypatch.setattr(container_engine.packet_filter, "read", refuse)

    assert container_engine.guarded(a_daemon((28, 1))).state == "ok"
    found = container_engine.guarded(a_daemon((20, 10)))
    assert found.state == "missing"
    assert "no iptables" in found.seen


def test_a_usual_port_that_is_taken_lacks_nobody(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(container_engine, "USUAL_PORTS", (port, 0))
        found = container_engine.usual_ports()

    assert found.state == "absent"
    assert f"taken: {port};" in found.line()


@pytest.mark.engine
def test_an_engine_that_answers_is_examined_whole():
    found = by_name(container_engine.examine())

    assert found["engine"].state == "ok"
    assert {"limits", "engine's clock", "guard", "engine's room"} <= found.keys()
    assert found["engine's clock"].state == "ok"
