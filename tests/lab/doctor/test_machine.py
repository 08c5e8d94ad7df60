"""Each checkup of the machine: what is enough, what is not, and the remedy."""

import ssl

import pytest

from lab.doctor import machine
from lab.engines import ports as engine_ports


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 10, 9), "missing"),
        ((3, 11, 0), "ok"),
        ((3, 13, 5), "ok"),
        ((3, 14, 0), "missing"),
    ],
)
def test_python_is_one_of_ours(version, state):
    assert machine.python(version).state == state


def test_a_python_without_tls_1_3_is_not_enough(monkeypatch):
    monkeypatch.setattr(ssl, "HAS_TLSv1_3", False)

    assert "OpenSSL 3" in machine.python((3, 12, 1)).remedy


def test_memory_has_a_bound():
    assert machine.memory(machine.MEMORY).state == "ok"
    assert machine.memory(machine.MEMORY - 1).state == "missing"


def test_disk_is_looked_at_where_the_lab_will_lie(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "room_in", lambda folder: {tmp_path: machine.DISK}[folder])
    assert machine.disk(tmp_path / "not" / "yet").state == "ok"

    monkeypatch.setattr(machine, "room_in", lambda folder: machine.DISK - 1)
    assert "PACSLAB_STATE" in machine.disk(tmp_path).remedy


def test_loopback_has_a_free_port():
    assert machine.ports().state == "ok"


def test_a_machine_whose_ports_are_taken_says_so(monkeypatch):
    monkeypatch.setattr(engine_ports, "TRIES", 0)

    assert machine.ports().state == "missing"


def test_a_clock_before_the_installation_is_wrong():
    assert machine.clock(now=1_000_000_001.0, installed=1_000_000_000.0).state == "ok"
    assert machine.clock(now=999_999_999.0, installed=1_000_000_000.0).state == "missing"


def test_every_checkup_of_this_machine_is_made():
    names = [found.name for found in machine.examine()]

    assert names == ["python", "memory", "disk", "ports", "clock"]
