import os
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest

from pacs_open.door import Door
from pacs_open.errors import ConnectionLostError, DeadlineError
from pacs_open.wire import handshake
from pacs_open.wire.transport import TLS_RECORD, Transport


def connected():
    """Both ends of a connection over loopback TCP."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        other = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
    return accepted, other


@pytest.fixture
def pair():
    """A transport and the raw socket at its other end."""
    accepted, other = connected()
    transport = Transport(accepted, write_deadline=0.5)
    other.settimeout(10)
    with other:
        yield transport, other
    transport.close()


def _read_all(sock, count):
    held = bytearray()
    while len(held) < count:
        held += sock.recv(min(count - len(held), 1 << 20))
    return bytes(held)


def test_it_reads_what_is_there_and_the_end_of_the_stream(pair):
    transport, other = pair
    other.sendall(b"abc")
    assert bytes(transport.receive(5)) == b"abc"
    other.close()
    assert bytes(transport.receive(5)) == b""


@pytest.mark.parametrize("within", [0.05, 0, -1])
def test_silence_ends_at_the_deadline(pair, within):
    transport, _ = pair
    started = time.monotonic()

    with pytest.raises(DeadlineError):
        transport.receive(within)
    assert time.monotonic() - started < 5


def test_looking_without_waiting(pair):
    transport, other = pair
    assert transport.receive_now() is None
    other.sendall(b"x")
    assert bytes(transport.receive(5)) == b"x"
    assert transport.receive_now() is None
    other.close()
    while (last := transport.receive_now()) is None:
        pass
    assert bytes(last) == b""


def test_nagle_is_off(pair):
    transport, _ = pair

    assert transport._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class Noted(socket.socket):
    """A socket that notes how often it was told to acknowledge at once."""

    acknowledged = 0

    def setsockopt(self, level, option, value):
        self.acknowledged += option == getattr(socket, "TCP_QUICKACK", None)
        super().setsockopt(level, option, value)


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="TCP_QUICKACK is Linux's")
def test_a_short_read_is_acknowledged_before_more_is_waited_for():
    accepted, other = connected()
    noted = Noted(fileno=accepted.detach())
    transport = Transport(noted, write_deadline=5)
    with other, noted:
        other.sendall(b"a part, and Nagle keeps the next")
        transport.receive(5)
        assert noted.acknowledged == 0
        other.sendall(b"rest")
        transport.receive(5)
        assert noted.acknowledged == 1
        transport.send([b"the answer acknowledges it"])
        other.sendall(b"next request")
        transport.receive(5)
        assert noted.acknowledged == 1


@pytest.mark.parametrize("pieces", [[b"one"], [b"one", b"", b"two"], [b"x" * 1000] * 2000])
def test_pieces_arrive_in_order(pair, pieces):
    transport, other = pair
    whole = b"".join(pieces)
    received = []
    reader = threading.Thread(target=lambda: received.append(_read_all(other, len(whole))))
    reader.start()

    transport.send(pieces)

    reader.join()
    assert received == [whole]


@pytest.mark.parametrize("pieces", [1, 2])
def test_a_peer_that_does_not_read_meets_the_write_deadline(pair, pieces):
    transport, _ = pair

    with pytest.raises(DeadlineError):
        transport.send([bytes(30_000_000 // pieces)] * pieces)


@pytest.mark.parametrize("over", ["pair", "encrypted_tcp"])
def test_a_peer_that_reads_slowly_but_reads_is_waited_for(request, over):
    """All its pauses together are three times the write deadline."""
    transport, other = request.getfixturevalue(over)
    whole = bytes(30_000_000)

    def read_slowly():
        for _ in range(30):
            _read_all(other, 1_000_000)
            threading.Event().wait(0.05)

    reader = threading.Thread(target=read_slowly)
    reader.start()

    transport.send([whole])

    transport.close_after_last_word(10)
    reader.join(10)
    assert not reader.is_alive()


def test_the_last_word_arrives_though_the_peer_was_still_talking(pair):
    transport, other = pair
    other.sendall(b"unread" * 1000)
    transport.send([b"last word"])
    closing = threading.Thread(target=transport.close_after_last_word, args=(10,))
    closing.start()

    assert _read_all(other, 9) == b"last word"
    assert other.recv(1) == b""
    other.close()
    closing.join(10)
    assert not closing.is_alive()


def test_waiting_for_the_peer_to_close_has_an_end(pair):
    transport, _ = pair
    started = time.monotonic()

    transport.close_after_last_word(0.1)

    assert 0.05 < time.monotonic() - started < 5


def test_a_blocked_read_can_be_interrupted(pair):
    transport, _ = pair
    read = []
    reader = threading.Thread(target=lambda: read.append(bytes(transport.receive(60))))
    reader.start()

    transport.interrupt()

    reader.join(10)
    assert read == [b""]


def test_a_broken_connection_is_lost_not_an_oserror(pair):
    transport, _ = pair
    transport.close()
    for broken in (
        lambda: transport.receive(1),
        transport.receive_now,
        lambda: transport.send([b"x"]),
        lambda: transport.send([b"x", b"y"]),
    ):
        with pytest.raises(ConnectionLostError):
            broken()
    transport.interrupt()
    transport.close_after_last_word(1)


@contextmanager
def encrypting(tls, ours, theirs):
    """The same with TLS on both ends."""
    control, wrap = tls
    door, wrapped = Door(), []
    control.secure(door)
    client = threading.Thread(target=lambda: wrapped.append(wrap(theirs)))
    client.start()
    server = handshake.wrap(ours, door.ssl_context)
    server.do_handshake()
    client.join()
    transport = Transport(server, write_deadline=0.5)
    with wrapped[0]:
        yield transport, wrapped[0]
    transport.close()


@pytest.fixture
def encrypted(tls):
    """Without a network between them: what was sent is there."""
    with encrypting(tls, *socket.socketpair()) as both:
        yield both


@pytest.fixture
def encrypted_tcp(tls):
    """Over loopback TCP."""
    with encrypting(tls, *connected()) as both:
        yield both


def test_records_that_are_there_are_read_at_once(encrypted):
    transport, other = encrypted
    sent = os.urandom(3 * TLS_RECORD + 7)
    other.sendall(sent)

    assert bytes(transport.receive(5)) == sent


@pytest.mark.skipif(not hasattr(socket, "TCP_CORK"), reason="only Linux has TCP_CORK")
@pytest.mark.parametrize("sent", [7, 5 * TLS_RECORD])
def test_no_record_waits_for_the_next_one(encrypted_tcp, monkeypatch, sent):
    transport, other = encrypted_tcp
    told, tell = [], ssl.SSLSocket.setsockopt

    def listen(sock, level, option, value):
        if option == socket.TCP_CORK:
            told.append(value)
        tell(sock, level, option, value)

    monkeypatch.setattr(ssl.SSLSocket, "setsockopt", listen, raising=False)
    transport.send([bytes(sent)])

    assert _read_all(other, sent) == bytes(sent)
    assert transport._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_CORK) == 0
    assert told == ([1, 0] if sent > TLS_RECORD else [])


@pytest.mark.parametrize("end", ["said", "silent", "forged"])
def test_what_came_before_an_end_is_given_and_then_the_end(encrypted, end):
    transport, other = encrypted
    sent = os.urandom(TLS_RECORD)
    other.sendall(sent)
    if end == "said":
        other.settimeout(0)
        with pytest.raises(OSError, match="did not complete"):  # close_notify leaves at once
            other.unwrap()
    elif end == "forged":
        socket.socket.sendall(other, b"\x17\x03\x03\x00\x20" + bytes(32))
    socket.socket.shutdown(other, socket.SHUT_WR)

    assert bytes(transport.receive(5)) == sent
    try:
        assert bytes(transport.receive(5)) == b""
    except ConnectionLostError:
        assert end == "forged"
