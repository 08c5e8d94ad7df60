import socket
import struct

import pytest

from pacs_open.errors import ConnectionLostError, DeadlineError, ProtocolError
from pacs_open.wire import proxies
from pacs_open.wire.proxies import SIGNATURE, Proxies

BALANCER = ("127.0.0.1", 4242)
SOURCE = socket.inet_aton("192.0.2.7") + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 51, 104)
SOURCE_6 = (
    socket.inet_pton(socket.AF_INET6, "2001:db8::7")
    + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
    + struct.pack("!HH", 52, 104)
)


def header(rest=SOURCE, *, command=0x21, family=0x11, length=None):
    length = len(rest) if length is None else length
    return SIGNATURE + struct.pack("!BBH", command, family, length) + rest


@pytest.fixture
def ask():
    """What is made of these bytes, and what is left for those who read on."""

    def sent(data, *, names=("127.0.0.1",), address=BALANCER, closed=True):
        there, here = socket.socketpair()
        with there, here:
            there.sendall(data)
            if closed:
                there.shutdown(socket.SHUT_WR)
            return Proxies(names).origin(here, address), here.recv(100)

    return sent


@pytest.mark.parametrize(
    ("data", "origin"),
    [
        (header(), ("192.0.2.7", 51)),
        (header(SOURCE + b"\x04\0\1x"), ("192.0.2.7", 51)),
        (header(SOURCE_6, family=0x21), ("2001:db8::7", 52)),
        (header(b"", family=0), BALANCER),
        (header(command=0x20), None),
        (header(b"", command=0x20, family=0), None),
    ],
)
def test_a_balancer_says_whose_connection_it_is_and_nothing_more_is_read(ask, data, origin):
    assert ask(data + b"TLS") == (origin, b"TLS")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01" + bytes(20),
        b"PROXY TCP4 192.0.2.7 192.0.2.1 51 104\r\n",
        header(command=0x11),
        header(command=0x22),
        header(length=proxies.LONGEST + 1),
        header(SOURCE[:8]),
    ],
)
def test_a_balancer_that_does_not_say_it_is_not_believed(ask, data):
    with pytest.raises(ProtocolError, match="PROXY header"):
        ask(data)


@pytest.mark.parametrize("data", [b"", SIGNATURE, header()[:-1]])
def test_a_header_that_breaks_off_is_none(ask, data):
    with pytest.raises(ConnectionLostError, match="balancer closed"):
        ask(data)


def test_a_balancer_is_not_waited_for_for_long(ask, monkeypatch):
    monkeypatch.setattr(proxies, "WITHIN", 0.01)
    with pytest.raises(DeadlineError, match="no PROXY header"):
        ask(SIGNATURE, closed=False)


@pytest.mark.parametrize("names", [(), ("127.0.0.9",), ("nobody.invalid",)])
def test_nobody_else_can_borrow_an_address(ask, names):
    origin, left = ask(header(), names=names)
    assert origin == BALANCER
    assert left.startswith(SIGNATURE)


def test_a_balancer_is_known_by_name_and_looked_for_again_when_it_moved(ask, monkeypatch):
    places = [[], ["127.0.0.7"], ["127.0.0.1"]]
    monkeypatch.setattr(proxies, "_LOOK_AGAIN", -1.0)
    monkeypatch.setattr(
        proxies.socket,
        "getaddrinfo",
        lambda name, _port: [(0, 0, 0, "", (place, 0)) for place in places.pop(0)],
    )
    known = Proxies(["balancer"])
    assert [known._is_one("127.0.0.1") for _ in range(4)] == [False, False, True, True]
    assert places == []
