"""How far a caller goes is seen, and never further than its first message."""

import queue
import socket
import ssl
from datetime import timedelta

import pytest

from lab.pki import Authority
from lab.raw_messages import associate_rq
from lab.rogue import faces, listener
from lab.rogue.listener import Listener, Outcome
from lab.sop_classes import VERIFICATION

REQUEST = associate_rq(b"PACS", b"CT\x1b[31m", VERIFICATION)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rogue")
    authority = Authority.create(folder / "a", lifetime=timedelta(hours=1))
    shown = faces.make(authority, folder / "f", names=(), addresses=("127.0.0.1",))
    return authority, {face.id: face for face in shown}


@pytest.fixture
def visit(made):
    """Do something to a face; what the listener saw."""
    _, shown = made

    def do(face, what):
        seen = queue.SimpleQueue()
        with Listener(shown[face], ("127.0.0.1", 0), seen.put) as one:
            with socket.create_connection(one.address, 5) as sock:
                what(sock)
            return seen.get(timeout=10)

    return do


def careless(sock):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(sock)


def test_who_asks_for_an_association_has_accepted_and_is_rejected(visit):
    answers = []

    def call(sock):
        with careless(sock) as tls:
            tls.sendall(REQUEST)
            answers.append(tls.recv(100))

    seen = visit("expired", call)
    assert seen.outcome is Outcome.ACCEPTED
    assert seen.calling_ae_title == "CT\\x1b[31m"
    assert answers == [listener.REJECTION]


def test_who_refuses_the_certificate_says_why(made, visit):
    authority, _ = made

    def call(sock):
        context = ssl.create_default_context(cafile=authority.trust)
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(sock, server_hostname="rogue.pacslab.internal")

    seen = visit("expired", call)
    assert seen.outcome is Outcome.REFUSED
    assert seen.why == "TLS alert certificate_expired (45)"


def plaintext(sock):
    sock.sendall(REQUEST)
    assert sock.recv(100) == listener.REJECTION


@pytest.mark.parametrize("face", ["expired", "plaintext"])
def test_who_speaks_plaintext_has_accepted_anything(visit, face):
    seen = visit(face, plaintext)

    assert seen.outcome is Outcome.ACCEPTED
    assert "in plaintext" in seen.why


def hello(sock):
    sock.sendall(b"\x16\x03\x01\x00\x01\x01")


def garbage(sock):
    sock.sendall(b"GET / HTTP/1.1\r\n\r\n")


def then_hang_up(sock):
    careless(sock).close()


def then_garbage(sock):
    with careless(sock) as tls:
        tls.sendall(b"\x04" + bytes(20))


@pytest.mark.parametrize(
    ("face", "what", "outcome", "why"),
    [
        ("good", lambda _sock: None, Outcome.UNCLEAR, "without a word"),
        ("plaintext", hello, Outcome.REFUSED, "got none"),
        ("good", hello, Outcome.REFUSED, "TLS failed|hung up|reset"),
        ("good", garbage, Outcome.UNCLEAR, "no A-ASSOCIATE-RQ, in plaintext"),
        ("good", then_hang_up, Outcome.REFUSED, "hung up|TLS failed|reset"),
        ("good", then_garbage, Outcome.UNCLEAR, "no A-ASSOCIATE-RQ"),
    ],
)
def test_what_else_a_caller_may_do(visit, face, what, outcome, why):
    seen = visit(face, what)

    assert seen.outcome is outcome, seen
    assert any(words in seen.why for words in why.split("|")), seen


def test_silence_has_an_end(made, monkeypatch):
    monkeypatch.setattr(listener, "DEADLINE", 0.1)
    _, shown = made
    seen = queue.SimpleQueue()
    with (
        Listener(shown["good"], ("127.0.0.1", 0), seen.put) as one,
        socket.create_connection(one.address, 5),
    ):
        assert seen.get(timeout=10).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TimeoutError(), "silence"),
        (ConnectionResetError(), "it reset the connection"),
        (ssl.SSLEOFError(8, "EOF"), "it hung up in the handshake"),
    ],
)
def test_the_end_of_a_handshake_is_put_in_words(error, why):
    assert listener._why(error) == why
