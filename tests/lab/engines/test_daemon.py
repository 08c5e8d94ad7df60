"""The container engine is found where the docker command finds it; without one, one line."""

import socket
import threading

import pytest
from docker.errors import APIError

from lab.engines import daemon
from lab.engines.daemon import NoDaemonError, connected


@pytest.mark.engine
def test_an_engine_that_answers_says_who_it_is():
    with connected() as found:
        assert found.host == daemon.address()
        assert found.version >= (20, 10)
        assert found.client.ping()


def test_the_address_is_the_one_that_the_user_named(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert daemon.address() == "tcp://127.0.0.1:1"


def test_without_a_word_of_the_user_it_is_the_context_of_the_docker_command(monkeypatch, tmp_path):
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    assert daemon.address().startswith(("unix://", "npipe://"))


@pytest.mark.parametrize(
    "host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "nonsense://x"]
)
def test_where_nobody_answers_one_line_says_so_and_what_works(host):
    with pytest.raises(NoDaemonError) as caught, connected(host):
        pass
    said = str(caught.value)
    assert host in said
    assert said.endswith("(Debian package docker.io); `--engine process` works now")
    assert "\n" not in said


def test_a_socket_that_this_user_may_not_use_is_told_as_such(monkeypatch):
    def refuse(_self, _address):  # root may all: the system has to be asked for a refusal
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    words = r"this user may not speak .* \(group docker\)"
    with pytest.raises(NoDaemonError, match=words), connected("unix:///run/docker.sock"):
        pass


def test_a_socket_that_speaks_nonsense_is_no_engine(tmp_path):
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve():
            listening.accept()[0].close()  # who knocks
            other, _ = listening.accept()
            with other:
                other.recv(65536)
                other.sendall(b"220 mail.example ESMTP\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with (
            pytest.raises(NoDaemonError, match="no container engine answers"),
            connected(f"unix://{path}"),
        ):
            pass
        thread.join(10)


@pytest.mark.engine
def test_what_the_engine_refuses_is_one_line():
    with pytest.raises(NoDaemonError) as caught, connected() as found:
        found.client.containers.get("no-such-container\x1b")
    assert "no-such-container" in str(caught.value) or "page not found" in str(caught.value)
    assert str(caught.value).isprintable()


def test_what_an_engine_says_is_printable():
    assert daemon.said(APIError("x", explanation="a\x1b[31m\nb")) == "a\\x1b[31m\\nb"


@pytest.mark.parametrize(
    ("host", "local"),
    [("unix:///run/docker.sock", True), ("tcp://10.0.0.1:2376", False), ("ssh://far", False)],
)
def test_only_a_socket_of_this_machine_is_local(host, local):
    assert daemon.Daemon(None, host, (28,), is_docker=True, rootless=False).is_local is local
