"""Ports that stay free until they are used."""

import socket

import pytest

from lab.engines import ports


def test_a_port_lies_below_those_of_outgoing_connections_and_can_be_listened_on():
    port = ports.free_port()

    assert ports.LOWEST <= port <= ports.HIGHEST < 32768
    with socket.create_server(("127.0.0.1", port)) as listening:
        assert listening.getsockname()[1] == port


def test_a_taken_port_is_not_chosen(monkeypatch):
    with socket.create_server(("127.0.0.1", ports.free_port())) as taken:
        number = taken.getsockname()[1] - ports.LOWEST
        draws = iter([number, number, (number + 1) % 12000, *range(200)])
        monkeypatch.setattr(ports.secrets, "randbelow", lambda _: next(draws))

        assert ports.free_port() != taken.getsockname()[1]


def test_where_all_are_taken_it_says_so(monkeypatch):
    with socket.create_server(("127.0.0.1", ports.free_port())) as taken:
        number = taken.getsockname()[1] - ports.LOWEST
        monkeypatch.setattr(ports.secrets, "randbelow", lambda _: number)

        with pytest.raises(OSError, match="no free port"):
            ports.free_port()
