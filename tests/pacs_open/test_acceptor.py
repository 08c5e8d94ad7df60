import contextlib
import socket
import ssl
import struct
import threading

import pytest

from pacs_open.refusals import (
    AssociationRejected,
    ConnectionDropped,
    ContextRejected,
    called_ae_not_recognized,
)
from pacs_open.server import Server
from pacs_open.values import Identified, Moment, PresentationContext
from pacs_open.wire import upper_layer
from pacs_open.wire.dimse import Pdu
from pacs_open.wire.negotiation import Wanted, propose
from pacs_open.wire.upper_layer import PduType

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT = "1.2.840.10008.1.2"


def _request(calling="PEER", called="PACS-OPEN"):
    contexts = (PresentationContext(1, VERIFICATION, (IMPLICIT,)),)
    return propose(Wanted(calling, called, contexts, {}), maximum_pdu=16384)


def _refusing(refusal):
    def refuse(self, *arguments):
        raise refusal

    return refuse


def _tight(**deadlines):
    def secure(self, door):
        for name, value in deadlines.items():
            setattr(door, name, value)

    return secure


def test_an_association_is_accepted_served_and_released(serving, peer, witness):
    server = serving(witness.control)

    a = peer(server).associate(calling="MODALITY", called="ANYTHING")
    assert a.echo() == 0
    assert a.release() == PduType.RELEASE_RP
    a.close()

    (ended,) = witness.wait_for(Moment.ASSOCIATION_ENDED)
    assert ended.why == "released"
    assert not ended.refused
    assert ended.request.calling_ae_title == "MODALITY"
    assert [event.moment for event in witness.events] == [
        Moment.STARTED,
        Moment.ASSOCIATION_ACCEPTED,
        Moment.OPERATION_ANSWERED,
        Moment.ASSOCIATION_ENDED,
    ]


@pytest.mark.parametrize("with_tls", [False, True])
def test_a_rejection_always_reaches_the_peer(serving, peer, control, tls, witness, with_tls):
    tls_control, wrap = tls
    controls = [control(admit=_refusing(called_ae_not_recognized("no"))), witness.control]
    server = serving(*([tls_control] if with_tls else []), *controls)

    for _ in range(20):
        a = peer(server, wrap=wrap if with_tls else None)
        # More than asked for: bytes that lie unread when the archive closes would make TCP
        # reset the connection, and the rejection would be lost.
        a.socket.sendall(_request() + b"\x04\x00\x00\x00\x00\x10")
        assert a.read_pdu() == (PduType.ASSOCIATE_RJ, bytes([0, 1, 1, 7]))
        a.close()

    rejected = witness.wait_for(Moment.ASSOCIATION_REJECTED, 20)
    assert rejected[0].rejection == (1, 1, 7)
    assert rejected[0].why == "no"
    assert rejected[0].request.called_ae_title == "PACS-OPEN"


def test_a_rejection_leaves_in_the_words_of_voice_and_is_logged_with_the_cause(
    serving, peer, control, witness
):
    def uniform(self, refusal, peer):
        return AssociationRejected("uniform", 1, 1, 1)

    server = serving(
        control(admit=_refusing(called_ae_not_recognized("the cause")), voice=uniform),
        witness.control,
    )
    a = peer(server)
    a.socket.sendall(_request())

    assert a.read_pdu() == (PduType.ASSOCIATE_RJ, bytes([0, 1, 1, 1]))
    (event,) = witness.wait_for(Moment.ASSOCIATION_REJECTED)
    assert (event.rejection, event.why) == ((1, 1, 1), "the cause")


@pytest.mark.parametrize("moment", ["connect", "identify"])
def test_a_dropped_connection_gets_no_word(serving, peer, control, witness, moment):
    server = serving(control(**{moment: _refusing(ConnectionDropped("no"))}), witness.control)
    a = peer(server)
    with contextlib.suppress(ConnectionError):
        a.socket.sendall(_request())

    assert a.read_to_end() == b""
    (event,) = witness.wait_for(Moment.CONNECTION_DROPPED)
    assert event.refused
    assert event.why == "no"


@pytest.mark.parametrize("moment", ["connect", "identify", "admit", "choose"])
def test_a_control_that_raises_admits_nobody(serving, peer, control, moment):
    server = serving(control("broken", **{moment: _refusing(ValueError("x"))}))
    a = peer(server)
    with contextlib.suppress(ConnectionError):
        a.socket.sendall(_request())

    if moment == "admit":
        assert a.read_pdu() == (PduType.ASSOCIATE_RJ, bytes([0, 1, 1, 1]))
    elif moment == "choose":
        kind, body = a.read_pdu()
        assert kind == PduType.ASSOCIATE_AC
        assert b"\x21\x00\x00\x19\x01\x00\x01\x00" in body  # user-rejection
    else:
        assert a.read_to_end() == b""


def test_a_single_presentation_context_can_be_refused(serving, peer, control):
    def choose(self, request, context):
        if context.abstract_syntax == CT_IMAGE:
            raise ContextRejected("no storage for you")

    a = peer(serving(control(choose=choose))).associate(VERIFICATION, CT_IMAGE)

    assert set(a.agreement.contexts) == {1}


@pytest.mark.parametrize("moment", ["connect", "identify", "admit", None])
def test_every_connection_departs_once(serving, peer, control, witness, moment):
    departed, done = [], threading.Semaphore(0)

    def depart(self, peer, ledger):
        departed.append(peer.serial)
        done.release()

    refusals = {"admit": called_ae_not_recognized("no")}
    moments = {moment: _refusing(refusals.get(moment, ConnectionDropped("no")))} if moment else {}
    server = serving(
        control("counting", depart=depart),
        control("refusing", **moments),
    )

    for _ in range(3):
        a = peer(server)
        with contextlib.suppress(ConnectionError):
            a.socket.sendall(_request())
        a.close()

    assert all(done.acquire(timeout=10) for _ in range(3))
    server.stop(5)
    assert sorted(departed) == [1, 2, 3]


@pytest.mark.parametrize(
    "title", [b"A\nINFO forged", b"A\x1b[2J", b"A\\B", b"\xc4\xd6", b" " * 16, b"\0" * 16]
)
@pytest.mark.parametrize(("at", "reason"), [(10, 7), (26, 3)])
def test_an_ae_title_that_is_none_is_rejected_cleanly(serving, peer, title, at, reason):
    a = peer(serving())
    request = bytearray(_request())
    request[at : at + 16] = title.ljust(16)

    a.socket.sendall(request)

    assert a.read_pdu() == (PduType.ASSOCIATE_RJ, bytes([0, 1, 1, reason]))


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(b"\x04\x00\x00\x00\x00\x08\x00\x00\x00\x04\x01\x03ab", id="P-DATA-TF"),
        pytest.param(upper_layer.RELEASE_RQ, id="A-RELEASE-RQ"),
        pytest.param(b"\x01\x00\x00\x00\x00\x04abcd", id="no A-ASSOCIATE-RQ"),
        pytest.param(b"\x01\x00\x7f\xff\xff\xff", id="A-ASSOCIATE-RQ of 2 GiB"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="HTTP"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", id="TLS"),
    ],
)
def test_what_is_no_request_is_aborted_as_the_state_table_says(serving, peer, witness, first):
    a = peer(serving(witness.control))

    a.socket.sendall(first)

    assert a.read_pdu() == (PduType.ABORT, bytes([0, 0, 0, 0]))  # AA-1
    (event,) = witness.wait_for(Moment.CONNECTION_DROPPED)
    assert event.refused


@pytest.mark.parametrize("first", [b"", b"\x01\x00\x00", _request()[:-1]])
def test_a_request_has_a_deadline_from_accept_on(serving, peer, control, witness, first):
    server = serving(control(secure=_tight(handshake_deadline=0.2)), witness.control)
    a = peer(server)
    a.socket.sendall(first)

    assert a.read_to_end() == b""
    (event,) = witness.wait_for(Moment.CONNECTION_DROPPED)
    assert event.refused
    assert "0.2 s" in event.why


def test_a_peer_that_just_looks_is_no_refusal(serving, peer, witness):
    peer(serving(witness.control)).close()

    (event,) = witness.wait_for(Moment.CONNECTION_DROPPED)
    assert not event.refused


@pytest.mark.parametrize(
    ("pdu", "reason"),
    [
        pytest.param(b"\x09\x00\x00\x00\x00\x00", 1, id="unknown PDU"),
        pytest.param(_request(), 2, id="a second A-ASSOCIATE-RQ"),
        pytest.param(upper_layer.RELEASE_RP, 2, id="A-RELEASE-RP never asked for"),
        pytest.param(b"\x04\x00\x00\x02\x00\x01", 6, id="P-DATA-TF over the announced length"),
        pytest.param(b"\x04\x00\x00\x00\x00\x08\x00\x00\x00\x04\x05\x03ab", 6, id="context 5"),
        pytest.param(b"\x04\x00\x00\x00\x00\x08\x00\x00\x00\x04\x01\x02ab", 5, id="data set first"),
    ],
)
def test_a_broken_protocol_is_aborted_with_its_reason(serving, peer, witness, pdu, reason):
    a = peer(serving(witness.control)).associate()

    a.socket.sendall(pdu)

    assert a.read_pdu() == (PduType.ABORT, bytes([0, 0, 2, reason]))  # AA-8
    (event,) = witness.wait_for(Moment.ASSOCIATION_ENDED)
    assert event.refused


def test_silence_ends_an_association(serving, peer, control, witness):
    a = peer(serving(control(secure=_tight(silence=0.2)), witness.control)).associate()

    assert a.read_pdu() == (PduType.ABORT, bytes(4))
    (event,) = witness.wait_for(Moment.ASSOCIATION_ENDED)
    assert "0.2 s" in event.why


def test_an_answer_that_cannot_be_observed_ends_the_association(serving, peer, control):
    def observe(self, event, ledger):
        if event.moment is Moment.OPERATION_ANSWERED:
            raise OSError("disk full")

    a = peer(serving(control(observe=observe))).associate()

    assert a.echo() == 0
    assert a.read_response() == Pdu(PduType.ABORT, bytes(4))


def test_an_acceptance_that_cannot_be_observed_ends_the_association(serving, peer, control):
    def observe(self, event, ledger):
        if event.moment is Moment.ASSOCIATION_ACCEPTED:
            raise OSError("disk full")

    a = peer(serving(control(observe=observe))).associate()

    assert a.read_pdu() == (PduType.ABORT, bytes(4))


@pytest.mark.parametrize("response", [b"", None])
def test_a_user_whom_a_control_identified_is_told_of_and_answered_if_asked(
    serving, peer, control, witness, response
):
    user = Identified("reader", response)
    identifies = control(admit=lambda self, request, ledger: [user])
    a = peer(serving(identifies, witness.control))
    a.socket.sendall(_request())

    kind, body = a.read_pdu()

    assert kind == PduType.ASSOCIATE_AC
    assert body.endswith(b"\x59\x00\x00\x02\x00\x00") is (response is not None)
    (event,) = witness.wait_for(Moment.ASSOCIATION_ACCEPTED)
    assert event.request.user == "reader"


# -- TLS


def test_the_peer_is_known_by_its_tls(serving, peer, tls, witness):
    tls_control, wrap = tls
    a = peer(serving(tls_control, witness.control), wrap=wrap).associate()

    assert a.echo() == 0
    (event,) = witness.wait_for(Moment.ASSOCIATION_ACCEPTED)
    assert event.peer.tls_version == "TLSv1.3"
    assert event.peer.cipher
    assert event.peer.certificate is None


def test_a_silent_tls_peer_holds_up_nobody(serving, peer, tls):
    tls_control, wrap = tls
    server = serving(tls_control)
    silent = [peer(server) for _ in range(5)]
    silent[0].socket.sendall(b"\x16\x03\x01")

    assert peer(server, wrap=wrap).associate().echo() == 0


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x01\x02"])
def test_a_tls_handshake_has_the_same_deadline(serving, peer, tls, control, witness, first):
    server = serving(tls[0], control(secure=_tight(handshake_deadline=0.2)), witness.control)
    a = peer(server)
    a.socket.sendall(first)

    a.read_to_end()

    (event,) = witness.wait_for(Moment.HANDSHAKE_FAILED)
    assert event.why == "TLS: the handshake took too long"


def test_plaintext_on_the_tls_port_fails_the_handshake(serving, peer, tls, witness):
    a = peer(serving(tls[0], witness.control))
    a.socket.sendall(_request())

    assert a.read_to_end()[:1] in (b"", b"\x15")  # nothing, or a TLS alert; never DICOM
    (event,) = witness.wait_for(Moment.HANDSHAKE_FAILED)
    assert event.refused
    assert event.why.startswith("TLS: ")


def test_the_alert_about_a_missing_certificate_reaches_the_peer(
    serving, peer, tls, control, witness
):
    def demand(self, door):
        door.ssl_context.verify_mode = ssl.CERT_REQUIRED

    tls_control, wrap = tls
    server = serving(tls_control, control(secure=demand), witness.control)
    for _ in range(10):
        a = peer(server, wrap=wrap)  # TLS 1.3: the client believes that all is well
        with pytest.raises(ssl.SSLError) as caught:
            a.associate()
        assert caught.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"

    assert len(witness.wait_for(Moment.HANDSHAKE_FAILED, 10)) == 10


def test_a_reset_in_the_middle_harms_only_itself(serving, peer):
    server = serving()
    a = peer(server).associate(CT_IMAGE)
    a.send(a.store_request("2.25.1"), None)
    a.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    a.close()

    assert peer(server).associate().echo() == 0


def test_a_peer_behind_a_balancer_is_known_by_its_own_address(
    configuration, memory_archive, witness
):
    told = configuration.network_connection.model_copy(update={"proxies": ("127.0.0.1",)})
    behind = configuration.model_copy(update={"network_connection": told})
    server = Server(behind, [witness.control], archive=memory_archive)
    server.start()
    local = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"
    source = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c" + bytes(
        [192, 0, 2, 7, 192, 0, 2, 1, 0, 9, 0, 1]
    )
    for data in (local, source, b"\x01\x00" + bytes(100)):
        with socket.create_connection(server.address, timeout=10) as sock:
            sock.sendall(data)
            with contextlib.suppress(OSError):  # closed already, with bytes of ours unread
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(100):
                    pass
    server.stop()

    # Each connection has its own thread: which of them tells first is nobody's promise.
    ended = {event.peer.address: event.why for event in witness.of(Moment.CONNECTION_DROPPED)}
    assert set(ended) == {"192.0.2.7", "127.0.0.1"}
    assert "PROXY header" in ended["127.0.0.1"]
