import socket
import ssl
import threading
import time

import pytest

from pacs_open.values import Peer
from pacs_open.wire import handshake
from pacs_open.wire.handshake import HandshakeFailedError


@pytest.fixture
def ends():
    pair = socket.socketpair()
    yield pair
    for end in pair:
        end.close()


@pytest.fixture
def context(tls):
    """The context of a door with TLS."""
    from pacs_open.door import Door  # noqa: PLC0415 - here alone

    door = Door()
    tls[0].secure(door)
    return door.ssl_context


def test_a_handshake_tells_version_and_suite(ends, context, tls):
    client = threading.Thread(target=lambda: tls[1](ends[1]).close())
    client.start()
    with handshake.wrap(ends[0], context) as wrapped:
        peer = handshake.perform(wrapped, Peer("a", 1), time.monotonic() + 20)
        client.join()

    assert peer.tls_version == "TLSv1.3"
    assert peer.cipher
    assert peer.certificate is None


@pytest.mark.parametrize(
    ("said", "within", "why", "has_alert"),
    [
        (b"\x01\x00\x00\x00\x01\x00" * 5, 20, "TLS: ", True),  # plain DICOM
        (b"", 0.05, "took too long", False),
        (b"", -1, "took too long", False),
    ],
)
def test_what_is_no_handshake_fails_and_says_why(ends, context, said, within, why, has_alert):
    ends[1].sendall(said)
    with (
        handshake.wrap(ends[0], context) as wrapped,
        pytest.raises(HandshakeFailedError, match=why) as failed,
    ):
        handshake.perform(wrapped, Peer("a", 1), time.monotonic() + within)

    assert failed.value.has_alert is has_alert


def test_a_peer_that_leaves_in_the_middle_has_failed(ends, context):
    ends[1].close()
    with handshake.wrap(ends[0], context) as wrapped, pytest.raises(HandshakeFailedError):
        handshake.perform(wrapped, Peer("a", 1), time.monotonic() + 20)


def test_a_connection_that_is_gone_cannot_be_wrapped(ends, context):
    ends[0].close()
    with pytest.raises(HandshakeFailedError):
        handshake.wrap(ends[0], context)


def test_a_certificate_that_is_not_accepted_is_told_by_its_fault():
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_message = "certificate revoked"

    assert "certificate revoked" in handshake._why(error)
