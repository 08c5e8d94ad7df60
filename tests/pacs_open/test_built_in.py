"""What no archive can do without, asked of ours and of a listener that lacks it all.

Each question is answered yes by the faulty listener, or it would prove nothing that our archive
answers no.
"""

import contextlib
import socket
import threading

import pytest

from pacs_open.door import Door
from pacs_open.errors import PacsError
from pacs_open.values import Peer
from pacs_open.wire import dimse, negotiation, proposal, upper_layer
from pacs_open.wire.association import Channel, Message
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.transport import Transport

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"
GIB = 1 << 30
MIB = 1 << 20


class _Boundless(upper_layer.Bounds):
    """Believes every length."""

    of = dict.fromkeys(upper_layer.PduType, range(1 << 33))


class FaultyListener:
    """Accepts everything, waits for ever, believes every length, answers 0000H to all requests."""

    def __init__(self):
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = self._listening.getsockname()
        self.taken = 0
        self._connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listening.accept()
                self._connections.append(sock)
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        transport = Transport(sock, write_deadline=600)
        decoder = dimse.Decoder(_Boundless(), maximum_command=GIB)
        with contextlib.suppress(PacsError, OSError, ValueError):
            while (event := decoder.next_event()) is None:
                arrived = transport.receive(600)
                self.taken += len(arrived)
                decoder.feed(arrived)
            proposed = proposal.read(event.body, Peer("", 0))
            pdu, agreement = negotiation.accept(proposed, {}, maximum_pdu=131072)
            transport.send([pdu])
            door = Door(silence=600, maximum_message=1 << 40)
            channel = Channel(transport, decoder, proposed.request, agreement, door)
            while (message := channel.receive()) is not None:
                self._answer(channel, message)

    def _answer(self, channel: Channel, message: Message):
        for piece in channel.fragments():
            self.taken += len(piece)
        channel.send(message.context.context_id, message.command.response(0))

    def close(self):
        self._listening.close()
        for sock in self._connections:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


def _is_still_open(peer, within=1.0):
    """Whether the other end neither answered nor closed."""
    peer.socket.settimeout(within)
    try:
        peer.socket.recv(1)
    except TimeoutError:
        return True
    except ConnectionError:
        return False
    return False


def takes_an_association_request_of_2_gib(peer):
    """Does it wait for 2 GiB that an A-ASSOCIATE-RQ claims to have?"""
    peer.socket.sendall(b"\x01\x00\x7f\xff\xff\xff" + bytes(1000))
    return _is_still_open(peer)


def takes_a_pdu_over_the_announced_length(peer):
    """Does it read a P-DATA-TF longer than the maximum length it has announced?"""
    peer.associate(CT_IMAGE)
    peer.send(peer.store_request("2.25.1"))
    length = 4 * MIB
    pdv = (length - 4).to_bytes(4, "big") + b"\x01\x02"
    with contextlib.suppress(ConnectionError):
        peer.socket.sendall(b"\x04\x00" + length.to_bytes(4, "big") + pdv + bytes(length - 6))
        return isinstance(peer.read_response(), Command)
    return False


def takes_a_command_set_without_end(peer):
    """Does it collect a command set of 1 MiB?"""
    peer.associate()
    fragment = dimse.header(1, 16384, is_command=True, last=False) + bytes(16384)
    with contextlib.suppress(ConnectionError):
        for _ in range(64):
            peer.socket.sendall(fragment)
        return _is_still_open(peer)
    return False


def stores_under_a_context_for_verification(peer):
    """Is a C-STORE of a CT image served under Verification?"""
    peer.associate(VERIFICATION)
    return peer.store("2.25.1", bytes(10)) == 0


def serves_without_a_matching_sop_class(peer):
    """Is a C-FIND served whose SOP class is of the other information model?"""
    peer.associate("1.2.840.10008.5.1.4.1.2.2.1")
    peer.send(
        Command(
            CommandField.C_FIND_RQ,
            affected_sop_class_uid="1.2.840.10008.5.1.4.1.2.1.1",
            message_id=1,
            has_data_set=True,
        ),
        b"",
    )
    return peer.read_response().status == 0


def waits_for_a_request_for_ever(peer):
    """Is a connection kept that never says a word?"""
    return _is_still_open(peer)


def waits_for_half_a_pdu_for_ever(peer):
    """Is an association kept whose PDU never ends?"""
    peer.associate()
    peer.socket.sendall(b"\x04\x00\x00\x00\x01")
    return _is_still_open(peer)


def stores_an_instance_without_a_uid(peer):
    """Is an instance stored that has no SOP Instance UID?"""
    peer.associate(CT_IMAGE)
    return peer.store("", b"") == 0


def stores_an_instance_whose_uid_has_control_characters(peer):
    """Is an instance stored whose SOP Instance UID could forge a line of a log?"""
    peer.associate(CT_IMAGE)
    return peer.store("1.2\n3", b"") == 0


QUESTIONS = [
    takes_an_association_request_of_2_gib,
    takes_a_pdu_over_the_announced_length,
    takes_a_command_set_without_end,
    stores_under_a_context_for_verification,
    serves_without_a_matching_sop_class,
    waits_for_a_request_for_ever,
    waits_for_half_a_pdu_for_ever,
    stores_an_instance_without_a_uid,
    stores_an_instance_whose_uid_has_control_characters,
]


@pytest.fixture
def ours(configuration, serving, control):
    """Our archive; its ceilings of silence are lowered, or the tests would take minutes."""

    def secure(self, door):
        door.handshake_deadline = door.silence = door.pdu_deadline = 0.3

    return serving(control(secure=secure), archive=None)


@pytest.fixture
def faulty():
    listening = FaultyListener()
    yield listening
    listening.close()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_a_listener_that_lacks_it_all_answers_yes(faulty, peer, question):
    assert question(peer(faulty))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_our_archive_answers_no_and_goes_on_serving(ours, peer, question):
    assert not question(peer(ours))
    assert peer(ours).associate().echo() == 0
