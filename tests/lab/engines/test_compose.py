"""`docker compose` is told the lab's definition and nothing a user has set; its failures are one line."""

import dataclasses
import os
import signal
import sys

import pytest

from lab.engines import EngineError, compose
from lab.engines.compose import BuildProgress, Compose, ComposeError


@pytest.fixture
def saying(monkeypatch, tmp_path):
    """Put a program in the place of the command docker."""

    def put(body):
        program = tmp_path / "docker"
        program.write_text(f"#!{sys.executable}\nimport os, signal, sys, time\n{body}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
        return Compose("pacslab-test", "unix:///nowhere", {"PACSLAB_OPEN_PORT": "20001"})

    return put


def test_the_definition_lies_in_the_checkout():
    assert compose.file() == compose.ROOT / "compose" / "compose.yaml"


def test_an_installed_wheel_says_what_it_lacks(monkeypatch, tmp_path):
    monkeypatch.setattr(compose, "ROOT", tmp_path)
    with pytest.raises(
        EngineError, match=r"needs pacslab's checkout.*`--engine process` works now"
    ):
        compose.file()


def test_it_is_told_the_project_the_engine_and_the_settings(saying):
    heard = []
    saying(
        "print(*sys.argv[1:]); print(os.environ['DOCKER_HOST'], os.environ['PACSLAB_OPEN_PORT'])"
    ).run("up", "--detach", heard=heard.append)
    assert heard == [
        f"compose --file {compose.file()} --project-name pacslab-test up --detach",
        "unix:///nowhere 20001",
    ]


def test_podman_is_told_some_things_otherwise(saying):
    heard = []
    told = saying("print(*sys.argv[1:])")
    dataclasses.replace(told, podman=True).run("version", heard=heard.append)
    beside = compose.file().with_name(compose.FOR_PODMAN)
    assert beside.is_file()
    assert f"--file {compose.file()} --file {beside} --project-name" in heard[0]


def test_a_users_profiles_do_not_start_the_leaking_archive(saying, monkeypatch):
    monkeypatch.setenv("COMPOSE_PROFILES", "leaky")
    monkeypatch.setenv("COMPOSE_FILE", "other.yaml")
    heard = []
    saying("print([name for name in os.environ if name.startswith('COMPOSE')])").run(
        "up", heard=heard.append
    )
    assert heard == ["[]"]


def test_a_failure_ends_with_what_was_said_last(saying):
    with pytest.raises(ComposeError) as caught:
        saying("print('one\\ntwo\\n\\nthree\\x1b\\nfour'); sys.exit(3)").run("--profile", "up")
    assert str(caught.value) == "docker compose up failed: two | three\\x1b | four"


def test_a_missing_plugin_is_named(saying):
    with pytest.raises(
        ComposeError, match=r"docker compose is missing .*docker-compose.* works now"
    ):
        saying("print(\"docker: 'compose' is not a docker command.\"); sys.exit(1)").run("up")


@pytest.mark.parametrize(
    "words",
    [
        "compose build requires buildx 0.17 or later",
        "ERROR: BuildKit is enabled but the buildx component is missing or broken.",
        "the --mount option requires BuildKit.",
    ],
)
def test_a_missing_builder_is_named(saying, words):
    with pytest.raises(ComposeError, match=r"buildx is missing .*docker-buildx.* works now"):
        saying(f"print({words!r}); sys.exit(1)").run("build")


def test_a_missing_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ComposeError, match=r"command docker is missing .* works now"):
        Compose("pacslab-test", "unix:///nowhere").run("up")


def test_a_missing_base_image_has_its_remedy(saying):
    with pytest.raises(ComposeError, match="compose/engine/base-image makes it"):
        saying("print('debian:trixie-slim: failed to resolve'); sys.exit(1)").run("build")


def test_an_interruption_ends_the_command_before_it_is_told(saying):
    """Otherwise it would go on to start containers while they are being removed."""
    asked = saying("print(os.getpid(), flush=True); time.sleep(600)")

    def interrupt(line):
        nonlocal started
        started = int(line)
        raise KeyboardInterrupt

    started = 0
    with pytest.raises(KeyboardInterrupt):
        asked.run("up", heard=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)


def test_who_does_not_end_when_asked_is_ended(saying, monkeypatch):
    monkeypatch.setattr(compose, "ENDS_WITHIN", 0.2)
    asked = saying(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(os.getpid(), flush=True)\n"
        "time.sleep(600)"
    )
    heard = []

    def interrupt(line):
        heard.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asked.run("up", heard=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(heard[0], 0)


@pytest.mark.skipif(sys.platform == "win32", reason="sessions are a matter of POSIX")
def test_ctrl_c_at_the_terminal_is_ours_alone(saying):
    heard = []
    saying("print(os.getsid(0) == os.getpid())").run("up", heard=heard.append)
    assert heard == ["True"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_progress_of_a_build_is_read_from_what_it_says():
    read = BuildProgress()
    lines = [
        "#1 [internal] load build definition from Dockerfile",
        "#1 DONE 0.0s",
        "#5 [python 1/1] RUN apt-get update -qq  &&   DEBIAN_FRONTEND=noninteractive apt-get install",
        "#5 0.345 Reading package lists...",
        "#7 CACHED",
        "",
    ]
    assert [read.hear(line) for line in lines] == [True, True, True, False, True, False]
    assert read.steps == 2
    assert read.doing.startswith("python 1/1: RUN apt-get update -qq && DEBIAN")
    assert len(read.doing) <= 48


@pytest.mark.engine
def test_the_definition_is_one_that_compose_understands():
    heard = []
    Compose("pacslab-test", os.environ.get("DOCKER_HOST", ""), {}).run(
        "config", "--services", heard=heard.append
    )
    assert "pacs-secure" in heard
    assert "pacs-open" not in heard
