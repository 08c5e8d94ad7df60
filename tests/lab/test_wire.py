import contextlib
import os
import socket
import ssl
import threading

import pytest

from lab.evidence import Evidence, Layer
from lab.manners import Manners
from lab.pki import self_made
from lab.target import Door, Target
from lab.wire import Reached, Record, client_context, connect_tcp, explain, noting


@contextlib.contextmanager
def listener(answer):
    """A server that handles one connection by ``answer(sock)`` and then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                sock, _ = listening.accept()
                with sock, contextlib.suppress(OSError):
                    answer(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[:2]
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def tls_server(identity, *, trust=None, version=ssl.TLSVersion.TLSv1_3):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    context.maximum_version = version
    if trust is not None:
        context.load_verify_locations(trust)
        context.verify_mode = ssl.CERT_REQUIRED

    def answer(sock):
        with context.wrap_socket(sock, server_side=True) as wrapped:
            wrapped.recv(1)

    return answer


def target(address, **more):
    return Target(Door(*address, tls=True), "PACS", "US", manners=Manners(deadline=5), **more)


def codes(record):
    return [seen.code for seen in record.evidence]


def test_a_closed_port_is_refused_and_nothing_is_reached(down):
    record = Record()
    with socket.socket() as sock, pytest.raises(ConnectionRefusedError):
        connect_tcp(sock, (down.door.host, down.door.port), record)

    assert codes(record) == ["refused"]
    assert record.reached is Reached.NOTHING


def test_a_silent_address_is_a_timeout():
    record = Record()
    with socket.socket() as listening, contextlib.ExitStack() as stack:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)  # a queue of one: the next connection gets no answer
        address = listening.getsockname()
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        sock = stack.enter_context(socket.socket())
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connect_tcp(sock, address, record)

    assert codes(record) == ["timeout"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_missing_certificate_is_noticed_in_every_version(identities, version):
    """T7: in TLS 1.3 the client believes in the handshake before the alert comes."""
    own = identities["pacs-secure"]
    record = Record()
    server = tls_server(own, trust=own.trust, version=version)
    with listener(server) as address, pytest.raises(OSError):
        target(address).connect(record)

    alert = "alert 116" if version is ssl.TLSVersion.TLSv1_3 else "alert 40"
    assert alert in codes(record)
    assert record.reached is Reached.TCP


def test_a_known_certificate_is_let_in(identities):
    own, visitor = identities["pacs-secure"], identities["visitor"]
    record = Record()
    with listener(tls_server(own, trust=own.trust)) as address:
        talk = target(
            address, certificate=visitor.certificate, key=visitor.key, trust=visitor.trust
        )
        talk.connect(record).close()

    assert record.reached is Reached.TLS
    assert "with a certificate of ours" in record.evidence[0].text


def test_an_archive_that_we_do_not_trust_is_our_refusal(identities):
    record = Record()
    with (
        listener(tls_server(identities["stranger"])) as address,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        target(address, trust=identities["visitor"].trust).connect(record)

    assert codes(record) == ["untrusted"]


def test_a_port_that_does_not_speak_tls_says_so():
    record = Record()
    with (
        listener(lambda sock: sock.sendall(b"220 mail here\r\n")) as address,
        pytest.raises(ssl.SSLError),
    ):
        target(address).connect(record)

    assert record.evidence[0].layer is Layer.TLS
    assert record.reached is Reached.TCP


def test_a_door_shut_during_the_handshake_is_closed(identities):
    record = Record()
    with listener(lambda sock: sock.recv(1)) as address, pytest.raises(OSError):
        target(address).connect(record)

    assert codes(record)[0] in {"closed", "reset"}


def test_a_server_that_hangs_up_after_the_handshake_did_not_let_us_in(identities):
    own = identities["pacs-secure"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    context.num_tickets = 0
    record = Record()

    def hang_up(sock):
        context.wrap_socket(sock, server_side=True).close()

    with listener(hang_up) as address, pytest.raises(OSError):
        target(address).connect(record)

    assert record.reached is Reached.TCP
    assert codes(record)[-1] in {"closed", "reset"}


def test_a_server_without_tickets_is_waited_for_and_believed(identities):
    own = identities["pacs-secure"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    context.num_tickets = 0
    record = Record()

    def wait(sock):
        with context.wrap_socket(sock, server_side=True) as wrapped:
            wrapped.recv(1)

    with listener(wait) as address:
        target(address).connect(record).close()

    assert record.reached is Reached.TLS


def test_our_own_end_of_a_connection_is_no_evidence():
    record = Record()
    record.leaving = True
    with pytest.raises(ConnectionResetError), noting(record, "now"):
        raise ConnectionResetError

    assert record.evidence == ()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "reset"),
        (BrokenPipeError(), "reset"),
        (ssl.SSLEOFError(), "closed"),
        (OSError(5, "Input/output error"), "failed"),
    ],
)
def test_failures_are_told_apart(error, code):
    assert explain(error, "now").code == code


def test_the_same_thing_twice_in_a_row_is_noted_once():
    record = Record()
    for _ in range(2):
        record.note(Evidence(Layer.TCP, "closed", "closed"))

    assert len(record.evidence) == 1


def test_files_are_read_once_and_anew_when_they_have_changed(tmp_path):
    made = self_made("stranger", tmp_path / "stranger")
    first = client_context(None, made.certificate, made.key)

    assert client_context(None, made.certificate, made.key) is first
    assert client_context(None, made.certificate, made.key, lax=True) is not first
    os.utime(made.key, ns=(0, 0))
    assert client_context(None, made.certificate, made.key) is not first
