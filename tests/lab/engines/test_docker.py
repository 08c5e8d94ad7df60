"""The container engine says what it lacks; what it does with a whole lab stands in tests/e2e/containers."""

import socket
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from lab.cli import app
from lab.engines import EngineError, claim, compose, docker, places, raising
from lab.engines.docker import DockerEngine


@pytest.fixture
def pacslab(monkeypatch, tmp_path):
    monkeypatch.setenv(places.VARIABLE, str(tmp_path / "state"))
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("command", ["up", "demo"])
def test_without_an_engine_one_line_says_what_is_missing_and_what_works(
    pacslab, monkeypatch, tmp_path, command
):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    out = ["--out", str(tmp_path / "out")] if command == "demo" else []
    result = pacslab(command, "--engine", "docker", *out)
    assert result.exit_code == 2
    assert result.stderr == (
        "pacslab: no container engine answers at unix:///nowhere/docker.sock (Debian package "
        "docker.io); `--engine process` works now\n"
    )
    assert not places.lab_folder().exists()


def test_from_an_installed_wheel_one_line_says_what_it_needs(pacslab, monkeypatch, tmp_path):
    monkeypatch.setattr(compose, "ROOT", tmp_path)
    result = pacslab("up", "--engine", "docker")
    assert result.exit_code == 2
    assert result.stderr == (
        "pacslab: the container engine needs pacslab's checkout, with its folder compose/; "
        "`--engine process` works now\n"
    )
    assert not places.lab_folder().exists()


@pytest.mark.engine
@pytest.mark.parametrize(
    ("script", "missing"),
    [
        (None, "the command docker is missing (package docker.io)"),
        (
            "echo \"docker: 'compose' is not a docker command.\"; exit 1",
            "docker compose is missing (Debian package docker-compose)",
        ),
    ],
)
def test_without_what_brings_it_up_nothing_is_left(pacslab, monkeypatch, tmp_path, script, missing):
    """The engine answers; the command, or its plugin, is not there."""
    if script:
        program = tmp_path / "docker"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = pacslab("up", "--engine", "docker")
    assert result.exit_code == 2
    assert result.stderr == f"pacslab: {missing}; `--engine process` works now\n"
    assert not places.lab_folder().exists()


def test_an_engine_that_this_user_may_not_use_is_one_line(pacslab, monkeypatch):
    def refuse(_self, _address):  # root may all: the system has to be asked for a refusal
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("DOCKER_HOST", "unix:///run/docker.sock")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    result = pacslab("up", "--engine", "docker")
    assert result.exit_code == 2
    assert result.stderr == (
        "pacslab: this user may not speak with the container engine at unix:///run/docker.sock "
        "(group docker); `--engine process` works now\n"
    )


def test_an_engine_that_went_away_leaves_the_lab_to_be_ended_later(monkeypatch, tmp_path):
    lab = raising.plan("unix:///nowhere/d.sock", tmp_path / "lab", timedelta(hours=1), bound=False)
    assert claim.put(lab)
    with pytest.raises(EngineError) as caught:
        DockerEngine().down(lab)
    assert str(caught.value) == (
        "the engine at unix:///nowhere/d.sock does not answer; start it and call `pacslab down`, "
        f"or give the lab up: remove {lab.folder}"
    )
    assert claim.look(lab.folder) == lab


def test_the_guard_finding_is_what_a_person_is_told(tmp_path):
    lab = raising.plan("unix:///nowhere", tmp_path, timedelta(hours=1), bound=False)
    assert DockerEngine().notes(lab) == ()
    (tmp_path / docker.VIOLATION).write_text("the guard stopped pacs-open at 12:00:00: why")
    assert DockerEngine().notes(lab) == ("the guard stopped pacs-open at 12:00:00: why",)
