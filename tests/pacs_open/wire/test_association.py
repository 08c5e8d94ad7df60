import socket
import threading

import pytest

from pacs_open.door import Door
from pacs_open.errors import (
    ConnectionLostError,
    DeadlineError,
    PeerAbortedError,
    ProtocolError,
)
from pacs_open.refusals import DimseRefused
from pacs_open.values import AssociationRequest, Peer
from pacs_open.wire import association, dimse, upper_layer
from pacs_open.wire.association import Agreement, Channel, Context
from pacs_open.wire.command import Command, CommandField, encode
from pacs_open.wire.transport import Transport

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
FIND = Command(
    CommandField.C_FIND_RQ, affected_sop_class_uid="1.2", message_id=5, has_data_set=True
)
ECHO = Command(CommandField.C_ECHO_RQ, affected_sop_class_uid="1.2.840.10008.1.1", message_id=1)
STORE = Command(
    CommandField.C_STORE_RQ,
    affected_sop_class_uid=CT_IMAGE,
    affected_sop_instance_uid="2.25.1",
    message_id=2,
    has_data_set=True,
)
CANCEL = Command(CommandField.C_CANCEL_RQ, message_id_being_responded_to=5)


def _bytes(command, data=None, *, fragment=1000):
    pieces = list(dimse.fragments(1, encode(command), fragment, is_command=True))
    if data is not None:
        pieces += dimse.fragments(1, data, fragment, is_command=False)
    return b"".join(pieces)


class Line:
    """A channel and the raw socket at its other end."""

    def __init__(self, maximum_pdu=131072, **door):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.other = socket.create_connection(listening.getsockname(), timeout=10)
            accepted, _ = listening.accept()
        request = AssociationRequest(Peer("127.0.0.1", 1), "PEER", "PACS")
        agreement = Agreement({1: Context(1, CT_IMAGE, "1.2.840.10008.1.2.1")}, maximum_pdu)
        transport = Transport(accepted, write_deadline=2)
        bounds = upper_layer.Bounds()
        self.channel = Channel(
            transport, dimse.Decoder(bounds), request, agreement, Door(silence=5, **door)
        )

    def heard(self):
        """Everything the channel sends until it closes, as events with joined data."""
        decoder = dimse.Decoder(upper_layer.Bounds())
        decoder.context_ids = {1}
        events, data = [], bytearray()
        try:
            while piece := self.other.recv(1 << 20):
                decoder.feed(piece)
                while (event := decoder.next_event()) is not None:
                    if isinstance(event, dimse.Fragment):
                        data += event.data
                        if event.last:
                            events.append(bytes(data))
                            data.clear()
                    else:
                        events.append(event)
                        if isinstance(event, dimse.Pdu):
                            self.other.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return events

    def close(self):
        self.other.close()
        self.channel.close(within=0.01)


@pytest.fixture
def line():
    lines = []

    def connect(**options):
        lines.append(Line(**options))
        return lines[-1]

    yield connect
    for made in lines:
        made.close()


def test_requests_come_one_after_the_other_and_release_ends_them(line):
    a = line()
    a.other.sendall(_bytes(ECHO) + _bytes(STORE, b"pixels") + upper_layer.RELEASE_RQ)

    first, second = a.channel.receive(), a.channel.receive()
    assert (first.command, first.context.abstract_syntax) == (ECHO, CT_IMAGE)
    assert second.command == STORE
    assert b"".join(map(bytes, a.channel.fragments())) == b"pixels"
    assert a.channel.receive() is None
    assert a.other.recv(10) == upper_layer.RELEASE_RP


def test_what_a_service_left_of_a_data_set_is_dropped(line):
    a = line()
    a.other.sendall(_bytes(STORE, b"x" * 5000) + _bytes(ECHO))

    a.channel.receive()
    next(a.channel.fragments())

    assert a.channel.receive().command == ECHO


def test_an_identifier_is_read_whole_and_bounded(line):
    a = line(maximum_identifier=100)
    a.other.sendall(_bytes(FIND, b"k" * 100) + _bytes(FIND, b"k" * 101) + _bytes(ECHO))

    a.channel.receive()
    assert a.channel.read_identifier() == b"k" * 100
    a.channel.receive()
    with pytest.raises(DimseRefused) as caught:
        a.channel.read_identifier()
    assert caught.value.status == 0xA700
    assert a.channel.receive().command == ECHO


def test_a_data_set_over_the_ceiling_breaks_the_association(line):
    a = line(maximum_message=999)
    a.other.sendall(_bytes(STORE, b"x" * 1000))
    a.channel.receive()

    with pytest.raises(ProtocolError):
        a.channel.drop_data_set()


def test_what_was_dropped_counts_towards_the_ceiling(line):
    a = line(maximum_message=999)
    a.other.sendall(_bytes(STORE, b"x" * 1000, fragment=400))
    a.channel.receive()
    next(a.channel.fragments())

    with pytest.raises(ProtocolError):
        a.channel.drop_data_set()


def test_a_data_set_that_trickles_meets_a_deadline(line):
    a = line(message_deadline=0.2)
    a.other.sendall(_bytes(STORE, b"x" * 1000, fragment=400))
    a.channel.receive()
    pieces = a.channel.fragments()
    next(pieces)
    a.channel._take_until -= 0.2

    with pytest.raises(DeadlineError, match=r"within 0\.2 s"):
        next(pieces)


@pytest.mark.parametrize("cut", [0, 3, 20])
def test_silence_between_and_within_pdus_meets_a_deadline(line, cut):
    a = line(pdu_deadline=0.1) if cut else line()
    a.channel._door.silence = 5 if cut else 0.1
    a.other.sendall(_bytes(ECHO)[:cut])

    with pytest.raises(DeadlineError):
        a.channel.receive()


@pytest.mark.parametrize("message", [_bytes(ECHO), _bytes(STORE, bytes(200))])
def test_dribbling_does_not_stretch_the_deadline_of_a_pdu(line, message):
    a = line(pdu_deadline=0.3)
    stop = threading.Event()
    whole = len(_bytes(STORE)) + dimse.OVERHEAD if len(message) > 200 else 0
    a.other.sendall(message[:whole])

    def dribble():
        for byte in message[whole:]:
            if stop.wait(0.05):
                return
            a.other.sendall(bytes([byte]))

    def read():
        a.channel.receive()
        a.channel.drop_data_set()

    peer = threading.Thread(target=dribble)
    peer.start()
    with pytest.raises(DeadlineError):
        read()
    stop.set()
    peer.join()


def test_each_pdu_has_a_deadline_of_its_own(line):
    a = line(pdu_deadline=0.5)
    message = _bytes(STORE, bytes(600), fragment=100)
    done = threading.Event()

    def halting():
        for start in range(0, len(message), 60):
            a.other.sendall(message[start : start + 60])
            done.wait(0.08)

    peer = threading.Thread(target=halting)
    peer.start()
    a.channel.receive()
    assert a.channel.drop_data_set() == 600
    done.set()
    peer.join()


def test_a_peer_that_aborts_or_leaves_ends_it(line):
    a, b = line(), line()
    a.other.sendall(upper_layer.abort(2, 6))
    with pytest.raises(PeerAbortedError) as caught:
        a.channel.receive()
    assert (caught.value.source, caught.value.reason) == (2, 6)
    b.other.close()
    with pytest.raises(ConnectionLostError):
        b.channel.receive()


@pytest.mark.parametrize(
    "pdu",
    [
        upper_layer.RELEASE_RP,
        upper_layer.reject(1, 1, 1),
        bytes([1, 0, 0, 0, 0, 0]),
        bytes([2, 0, 0, 0, 0, 0]),
    ],
)
def test_pdus_that_may_not_come_now_break_the_protocol(line, pdu):
    a = line()
    a.other.sendall(pdu)

    with pytest.raises(ProtocolError) as caught:
        a.channel.receive()
    assert caught.value.provider_reason == 2


def test_a_data_set_interrupted_by_another_pdu_breaks_the_protocol(line):
    a = line()
    half = list(dimse.fragments(1, b"x" * 3000, 1000, is_command=False))[:2]
    a.other.sendall(_bytes(STORE) + b"".join(half) + upper_layer.RELEASE_RQ)
    a.channel.receive()

    with pytest.raises(ProtocolError):
        a.channel.drop_data_set()


def test_cancel_is_seen_without_waiting_and_only_for_its_message(line):
    a = line()
    a.other.sendall(_bytes(FIND, b"keys"))
    a.channel.receive()
    a.channel.read_identifier()
    assert not a.channel.cancelled(5)

    a.other.sendall(_bytes(CANCEL))
    while not a.channel.cancelled(5):
        pass
    assert not a.channel.cancelled(6)
    a.other.sendall(_bytes(ECHO))
    assert a.channel.receive().command == ECHO


def test_half_a_cancel_does_not_hold_anybody_up(line):
    a = line()
    a.other.sendall(_bytes(CANCEL)[:10])

    assert not a.channel.cancelled(5)
    assert not a.channel.cancelled(5)


def test_a_late_cancel_is_ignored(line):
    a = line()
    a.other.sendall(_bytes(CANCEL) + _bytes(ECHO))

    assert a.channel.receive().command == ECHO


def test_a_request_that_comes_too_early_waits_and_nothing_is_read_behind_it(line):
    a = line()
    a.other.sendall(_bytes(STORE, b"pixels") + _bytes(CANCEL))
    while not a.channel._waiting:
        assert not a.channel.cancelled(5)

    assert a.channel.receive().command == STORE
    assert b"".join(map(bytes, a.channel.fragments())) == b"pixels"


def test_asking_for_release_in_the_middle_cancels_and_is_answered_afterwards(line):
    a = line()
    a.other.sendall(upper_layer.RELEASE_RQ)
    while not a.channel.cancelled(5):
        pass

    assert a.channel.receive() is None
    assert a.other.recv(10) == upper_layer.RELEASE_RP


def test_a_response_is_awaited_through_cancels(line):
    a = line()
    response = STORE.response(0)
    a.other.sendall(_bytes(CANCEL) + _bytes(response))

    assert a.channel.receive_response(2).status == 0
    assert a.channel.cancelled(5)


def test_another_response_than_the_awaited_one_breaks_the_protocol(line):
    a = line()
    a.other.sendall(_bytes(STORE.response(0)))

    with pytest.raises(ProtocolError):
        a.channel.receive_response(3)


def test_held_responses_leave_together_when_it_is_time_and_not_for_a_look(line):
    a = line()
    for number in range(3):
        a.channel.send(1, Command(CommandField.C_FIND_RSP, status=number), hold=True)

    assert not a.channel.cancelled(5)

    a.other.setblocking(False)
    with pytest.raises(BlockingIOError):
        a.other.recv(1)
    a.other.settimeout(10)
    a.channel.flush()
    a.channel.abort(0, 0)
    statuses = [event.command.status for event in a.heard()[:-1]]
    assert statuses == [0, 1, 2]


def test_release_waits_for_the_answer(line):
    a = line()
    a.other.sendall(upper_layer.RELEASE_RP)

    a.channel.release()

    assert a.heard() == [dimse.Pdu(upper_layer.PduType.RELEASE_RQ, bytes(4))]


def test_a_peer_that_talks_on_cannot_hold_up_the_release(line):
    a = line()
    a.channel._door.silence = 0.3
    stop = threading.Event()

    def talk():
        while not stop.wait(0.05):
            a.other.sendall(_bytes(ECHO))

    peer = threading.Thread(target=talk)
    peer.start()
    with pytest.raises(DeadlineError):
        a.channel.release()
    stop.set()
    peer.join()


def test_a_release_collision_is_resolved_as_the_standard_says(line):
    a = line()
    a.other.sendall(upper_layer.RELEASE_RQ + upper_layer.RELEASE_RP)

    a.channel.release()

    assert [event.pdu_type for event in a.heard()] == [
        upper_layer.PduType.RELEASE_RQ,
        upper_layer.PduType.RELEASE_RP,
    ]


def test_it_knows_since_when_it_is_idle(line):
    a = line()
    assert a.channel.idle_since is None
    a.other.sendall(_bytes(ECHO))
    a.channel.receive()
    assert a.channel.idle_since is None


def test_the_last_word_never_raises(line):
    a = line()
    a.other.close()
    association.end(a.channel.transport, upper_layer.abort(0, 0), 0.1)
    association.end(a.channel.transport, upper_layer.abort(0, 0), 0.1)


def test_what_was_cut_off_reads_nothing_more_whatever_has_arrived(line):
    a = line()
    a.other.sendall(_bytes(ECHO) * 3)
    assert a.channel.receive().command == ECHO

    a.channel.cut_off()

    with pytest.raises(ConnectionLostError, match="cut off"):
        a.channel.receive()
    with pytest.raises(ConnectionLostError, match="cut off"):
        a.channel.cancelled(1)
