import contextlib
import socket
import ssl
import threading
import time

import pytest

from pacs_open.errors import (
    AssociationRefusedError,
    ConnectionLostError,
    DeadlineError,
    PeerAbortedError,
    ProtocolError,
)
from pacs_open.refusals import called_ae_not_recognized
from pacs_open.values import Destination
from pacs_open.wire import requestor, upper_layer
from pacs_open.wire.command import Command, CommandField

VERIFICATION = "1.2.840.10008.1.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"


def _ask(address, *, within=10, **options):
    destination = Destination("DEST", *address, known=True, **options)
    return requestor.request(
        destination,
        calling_ae_title="PACS",
        proposals=[(VERIFICATION, [IMPLICIT]), (CT_IMAGE, [EXPLICIT])],
        within=within,
    )


@contextlib.contextmanager
def _answering(answer):
    """A destination that reads once, answers these bytes, and waits for the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            sock, _ = listening.accept()
            with sock:
                sock.settimeout(10)
                sock.recv(65536)
                if answer is not None:
                    sock.sendall(answer)
                with contextlib.suppress(OSError):
                    while sock.recv(65536):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()
        thread.join(10)


def test_an_association_of_ours_works_both_ways(serving):
    channel = _ask(serving().address)

    assert {c.abstract_syntax: c.transfer_syntax for c in channel.contexts.values()} == {
        VERIFICATION: IMPLICIT,
        CT_IMAGE: EXPLICIT,
    }
    assert all(context.as_scu for context in channel.contexts.values())
    channel.send(
        1, Command(CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION, message_id=1)
    )
    assert channel.receive_response(1).status == 0
    channel.release()


def test_a_rejection_tells_its_code(serving, control):
    def admit(self, request, ledger):
        raise called_ae_not_recognized("no")

    with pytest.raises(AssociationRefusedError) as caught:
        _ask(serving(control(admit=admit)).address)
    assert caught.value.rejection == (1, 1, 7)


def test_nobody_there_is_a_lost_connection():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
    with pytest.raises(ConnectionLostError):
        _ask(address)


def test_a_destination_that_stays_silent_meets_the_deadline():
    started = time.monotonic()
    with _answering(None) as address, pytest.raises(DeadlineError):
        _ask(address, within=0.2)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", DeadlineError),
        (upper_layer.abort(2, 1), PeerAbortedError),
        (upper_layer.RELEASE_RP, ProtocolError),
        (b"\x02\x00\x00\x00\x00\x00", ProtocolError),
        (b"\x02\x00\xff\xff\xff\xff", ProtocolError),
        (b"\x04\x00\x00\x00\x00\x08\x00\x00\x00\x04\x01\x03ab", ProtocolError),
        (b"HTTP/1.1 400", ProtocolError),
    ],
)
def test_whatever_is_no_answer_is_an_error_of_ours(answer, error):
    with _answering(answer) as address, pytest.raises(error):
        _ask(address, within=0.5)


def test_tls_verifies_the_name_of_the_destination(serving, tls, tls_files):
    address = serving(tls[0]).address
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(tls_files[0])

    with pytest.raises(ConnectionLostError, match="TLS"):
        _ask(address, ssl_context=context, server_name="another.test")
    context.check_hostname = False
    _ask(address, ssl_context=context).release()


def test_a_destination_without_tls_is_not_spoken_to_in_plaintext():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with _answering(upper_layer.reject(1, 1, 1)) as address, pytest.raises(ConnectionLostError):
        _ask(address, ssl_context=context)
