import os
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_open.errors import ConnectionLostError
from pacs_open.wire import dimse, outgoing, upper_layer
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.outgoing import HELD_AT_MOST, STORED_AT_ONCE, FileRange, Outgoing
from pacs_open.wire.transport import Transport

STORE = Command(
    CommandField.C_STORE_RQ, affected_sop_class_uid="1.2", message_id=2, has_data_set=True
)


class Line:
    """Both ends of a connection; the other end collects whole messages."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.other = socket.create_connection(listening.getsockname(), timeout=10)
            accepted, _ = listening.accept()
        self.transport = Transport(accepted, write_deadline=5)
        self.events, self.longest = [], 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        decoder = dimse.Decoder(upper_layer.Bounds())
        decoder.context_ids = {1}
        data = bytearray()
        while piece := self.other.recv(1 << 20):
            decoder.feed(piece)
            while (event := decoder.next_event()) is not None:
                if not isinstance(event, dimse.Fragment):
                    self.events.append(event.command)
                    continue
                data += event.data
                if event.last:
                    self.events.append(bytes(data))
                    data.clear()

    def heard(self):
        self.transport.close()
        self._reader.join(10)
        self.other.close()
        return self.events


@pytest.fixture
def line():
    made = Line()
    yield made
    made.heard()


@pytest.mark.parametrize("maximum_pdu", [0, 128, 16384, 131072])
@pytest.mark.parametrize("size", [0, 1, 200_000])
@pytest.mark.parametrize("kind", ["bytes", "view", "stored", "stream", "empty stream"])
def test_what_is_sent_arrives_whatever_its_form(line, tmp_path, maximum_pdu, size, kind):
    data = os.urandom(0 if kind == "empty stream" else size)
    (tmp_path / "segment").write_bytes(b"head" + data + b"tail")
    with (tmp_path / "segment").open("rb") as file:
        payload = {
            "bytes": data,
            "view": memoryview(data),
            "stored": FileRange(file.fileno(), 4, len(data)),
            "stream": iter([data[: size // 3], data[size // 3 :]]),
            "empty stream": iter([]),
        }[kind]

        Outgoing(line.transport, maximum_pdu).send(1, STORE, payload)

    assert line.heard() == [STORE, data]


@pytest.fixture
def store_file(tmp_path):
    """A place in a file, with other bytes before and behind it."""
    with (tmp_path / "segment").open("w+b") as file:

        def write(data):
            file.write(b"head" + data + b"tail")
            file.flush()
            return FileRange(file.fileno(), 4, len(data))

        yield write


@pytest.mark.parametrize("system", ["reads less", "cannot scatter", "cannot read at a place"])
def test_stored_bytes_arrive_whatever_the_system_can_do(line, store_file, monkeypatch, system):
    data = os.urandom(2 * STORED_AT_ONCE + 5)
    stored = store_file(data)
    if system == "reads less":
        sound = os.preadv
        monkeypatch.setattr(os, "preadv", lambda fd, places, at: sound(fd, places[:1], at))
    else:
        monkeypatch.delattr(os, "preadv")
    if system == "cannot read at a place":
        monkeypatch.delattr(os, "pread")

    Outgoing(line.transport, 131072).send(1, STORE, stored)

    assert line.heard() == [STORE, data]


def test_one_data_set_leaves_nothing_of_itself_in_the_next(line, store_file):
    sender = Outgoing(line.transport, 131072)
    long, short = os.urandom(300_000), os.urandom(1000)
    stored = store_file(long + short)

    sender.send(1, STORE, FileRange(stored.fd, 4, len(long)))
    sender.send(1, STORE, FileRange(stored.fd, 4 + len(long), len(short)))

    assert line.heard() == [STORE, long, STORE, short]


def test_an_association_that_rests_has_no_memory_for_stored_bytes(line, store_file):
    sender = Outgoing(line.transport, 131072)
    stored = store_file(bytes(2 * STORED_AT_ONCE))

    sender.send(1, STORE, stored)
    assert STORED_AT_ONCE <= len(sender._batch) < 1.1 * STORED_AT_ONCE
    sender.rest()
    assert not sender._batch
    sender.send(1, STORE, stored)

    assert line.heard() == [STORE, bytes(stored.length)] * 2


@pytest.mark.parametrize("size", [3, 200_000, STORED_AT_ONCE + 3])
def test_stored_bytes_that_end_early_end_the_connection(line, store_file, size):
    stored = store_file(bytes(size))

    with pytest.raises(ConnectionLostError):
        Outgoing(line.transport, 131072).send(1, STORE, FileRange(stored.fd, 4, size + 5))

    assert line.heard() in ([], [STORE])


def test_held_messages_wait_for_the_flush(line):
    outgoing = Outgoing(line.transport, 0)
    responses = [Command(CommandField.C_FIND_RSP, status=number) for number in range(3)]
    for response in responses:
        outgoing.send(1, response, hold=True)
    assert len(outgoing._held) > 0

    outgoing.flush()

    assert not outgoing._held
    assert line.heard() == responses


def test_held_messages_leave_before_whatever_is_not_held(line):
    outgoing = Outgoing(line.transport, 0)
    pending = Command(CommandField.C_FIND_RSP, status=0xFF00, has_data_set=True)
    final = Command(CommandField.C_FIND_RSP, status=0)

    outgoing.send(1, pending, b"identifier", hold=True)
    outgoing.send(1, final)

    assert line.heard() == [pending, b"identifier", final]


def test_no_more_is_held_than_the_bound(line):
    outgoing = Outgoing(line.transport, 0)
    most = 0
    for _ in range(40):
        outgoing.send(1, STORE, bytes(10_000), hold=True)
        most = max(most, len(outgoing._held))

    outgoing.flush()

    assert most < HELD_AT_MOST
    assert len(line.heard()) == 80


def test_tiny_fragments_are_not_all_in_memory_at_once(store_file):
    class Counting:
        most = longest = 0

        def send(self, pieces, *, more=False):
            self.most = max(self.most, len(pieces))
            self.longest = max(self.longest, sum(map(len, pieces)))

    transport, data = Counting(), bytes(1_000_000)
    for payload in (data, store_file(data)):
        Outgoing(transport, 8).send(1, STORE, payload)
    assert transport.most < 40_000
    assert transport.longest < 2 * STORED_AT_ONCE


@given(st.lists(st.binary(max_size=300), max_size=20), st.integers(2, 500))
def test_a_stream_is_regrouped_into_full_fragments_with_one_last(chunks, fragment):
    pieces = list(outgoing._regroup(chunks, fragment))

    assert b"".join(piece for piece, _ in pieces) == b"".join(chunks)
    assert [last for _, last in pieces] == [False] * (len(pieces) - 1) + [True]
    assert all(len(piece) == fragment for piece, _ in pieces[:-1])
