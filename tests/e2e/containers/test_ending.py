"""Nothing of a lab in containers outlives it, however it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from lab.engines import containers, places, raising
from lab.engines.daemon import connected
from lab.engines.guard import OF_PROJECT
from lab.engines.record import FILE, Lab

pytestmark = pytest.mark.engine


def until(condition, what, within=60.0):
    """Ask a foreign program, which tells no event, until it is so."""
    pause, deadline = threading.Event(), time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {within:.0f} s"
        pause.wait(0.05)
    return found


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A lab of a test's own."""
    monkeypatch.setenv(places.VARIABLE, str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@contextlib.contextmanager
def running(*arguments):
    """A pacslab of its own; ended by its id if it is still there."""
    command = [sys.executable, "-m", "lab", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _written(folder):
    """The record of the one lab below a folder, once it is there."""
    found = list(folder.glob(f"*/{FILE}"))
    return Lab.load(found[0].parent) if found else None


def _has_containers(lab):
    with connected() as daemon:
        return containers.all_of(daemon, lab.project)


def test_ctrl_c_in_the_middle_of_up_leaves_nothing(elsewhere, what_is_left):
    with running("up", "--engine", "docker", "--patients", "1", "--size", "small") as process:
        lab = until(lambda: _written(elsewhere), "the lab is written down")
        until(lambda: _has_containers(lab), "the first container")
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.strip().splitlines()[-1] == "pacslab: stopped"
    assert what_is_left(lab) == []


def test_a_demo_that_is_killed_is_tidied_up_by_its_keeper(elsewhere, what_is_left):
    arguments = ["--out", str(elsewhere / "out"), "--patients", "1", "--size", "small"]
    with running("demo", "--engine", "docker", *arguments) as process:
        lab = until(lambda: _written(elsewhere), "the lab is written down")
        until(lambda: _has_containers(lab), "the first container")
        until(lambda: Lab.load(lab.folder).keeper, "the keeper")
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    until(lambda: what_is_left(lab) == [], "the keeper's work")


def test_a_lab_stops_itself_at_its_time_to_live(elsewhere, engine, what_is_left):
    lab = engine.up(places.lab_folder(), time_to_live=timedelta(hours=1))
    try:
        keeper = lab.keeper
        assert keeper.runs
        lab.but(until=datetime.now(UTC))
        until(lambda: what_is_left(lab) == [], "the keeper's work")
        until(lambda: not keeper.runs, "the keeper's end")
    finally:
        engine.down(lab)


def test_one_whose_certificates_cannot_be_made_is_told_and_not_left(
    elsewhere, engine, what_is_left, monkeypatch
):
    """The hours are told to the one-shot that issues certificates; it ends with an error."""
    composed = raising.compose_of

    def wrong(lab):
        told = composed(lab)
        return type(told)(told.project, told.host, {**told.settings, "PACSLAB_HOURS": "many"})

    monkeypatch.setattr(raising, "compose_of", wrong)
    with pytest.raises(raising.EngineError, match=r"pki ended with exit code 2: .*'many'"):
        engine.up(places.lab_folder())
    assert not places.lab_folder().exists()
    lab = raising.plan("", places.lab_folder(), timedelta(1), bound=False)
    assert what_is_left(lab) == []


def test_one_of_which_all_containers_were_removed_by_hand_is_taken_down(
    elsewhere, engine, what_is_left
):
    lab = engine.up(places.lab_folder(), time_to_live=timedelta(hours=1))
    try:
        with connected() as daemon:
            for one in containers.all_of(daemon, lab.project):
                one.remove(force=True)
            for network in daemon.client.networks.list(
                filters={"label": f"{OF_PROJECT}={lab.project}"}
            ):
                network.remove()
        assert engine.is_alive(lab)
        assert not engine.runs(lab, "open")
    finally:
        engine.down(lab)
    assert what_is_left(lab) == []
    assert not lab.keeper.runs
