"""The doctor's exit code is for scripts, its lines are for people."""

import json

import pytest


@pytest.fixture
def without_docker(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")


def test_who_lacks_an_engine_is_told_and_that_the_other_works(pacslab, without_docker):
    result = pacslab("doctor")

    assert result.exit_code == 1
    assert "`--engine process` has all it needs" in result.stdout
    assert "`--engine docker` lacks: docker, compose, engine" in result.stdout


def test_who_wants_no_container_lacks_nothing(pacslab, without_docker):
    result = pacslab("doctor", "--engine", "process")

    assert result.exit_code == 0
    assert "docker" not in result.stdout.replace("Debian package", "")


def test_machines_read_the_same(pacslab, without_docker):
    result = pacslab("doctor", "--json")

    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["lacks"] == {"process": [], "docker": ["docker", "compose", "engine"]}
    states = {found["name"]: found["state"] for found in said["findings"]}
    assert states["python"] == "ok"
    assert states["engine"] == "missing"
    assert states["dcmtk"] == "absent"


@pytest.mark.engine
def test_where_containers_run_nothing_is_missing(pacslab):
    result = pacslab("doctor", "--engine", "docker")

    assert result.exit_code == 0, result.stdout
    assert "`--engine docker` has all it needs" in result.stdout
