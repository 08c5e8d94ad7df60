"""Offers a TLS server one weak thing, and nothing else: yes if it takes it."""

import socket
from collections.abc import Callable

from lab.asking import is_served, need_peer, refusal, speaks_tls
from lab.client_hello import (
    VERSIONS,
    Chosen,
    Nothing,
    NoTls,
    Offer,
    Refused,
    Reply,
    client_hello,
    read_reply,
)
from lab.evidence import Evidence, Layer, alert_number, printable
from lab.probe import Answered, no, yes
from lab.scene import Scene
from lab.wire import Reached, Record, noting


def is_taken(scene: Scene, offer: Offer) -> Answered:
    """Whether the archive would go on with this offer; only its ServerHello is read.

    Where the port speaks plaintext it goes on in plaintext, which is weaker still: the question
    is whether an authorised peer is served so.
    """
    speaks_tls(scene)
    if not scene.door.tls:
        with scene.target(need_peer(scene)).converse() as talk:
            return is_served(talk)
    record = Record()
    try:
        with scene.as_stranger().in_plaintext().connect(record) as sock:
            reply = _ask(sock, offer, record)
    except OSError:
        return refusal(record)
    return _judge(reply, offer, record)


def _ask(sock: socket.socket, offer: Offer, record: Record) -> Reply:
    with noting(record, "while it had our ClientHello"):
        sock.sendall(client_hello(offer))
        return read_reply(_reader(sock))


def _reader(sock: socket.socket) -> Callable[[int], bytes]:
    def read(size: int) -> bytes:
        got = bytearray()
        while len(got) < size:
            piece = sock.recv(size - len(got))
            if not piece:
                break
            got += piece
        return bytes(got)

    return read


def _judge(reply: Reply, offer: Offer, record: Record) -> Answered:
    match reply:
        case Chosen(version, suite):
            record.rise(Reached.TLS)
            name = VERSIONS.get(version, f"version {version:04x}")
            text = f"the archive chose {name} with cipher suite {suite:04X}"
            record.note(Evidence(Layer.TLS, text, "server hello"))
            taken = suite in offer.suites and version <= offer.version
            return (yes if taken else no)(record.evidence)
        case Refused(description):
            record.note(alert_number(description))
        case Nothing():
            text = "the archive closed the connection on our ClientHello"
            record.note(Evidence(Layer.TCP, text, "closed"))
        case NoTls(begins):
            said = printable(begins.decode("latin-1"))
            text = f'the answer to our ClientHello is no TLS; it begins "{said}"'
            record.note(Evidence(Layer.TLS, text, "not tls"))
    return no(record.evidence)
