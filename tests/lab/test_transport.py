"""An association's transport against listeners that misbehave, one way each."""

import contextlib
import socket
import struct
import threading

import pytest
from pynetdicom import AE
from pynetdicom.association import Association

from lab.manners import Manners
from lab.target import Door, Target
from lab.transport import Replies
from lab.wire import Reached

ABORT = bytes.fromhex("07 00 00000004 00 00 02 02")
REJECT = bytes.fromhex("03 00 00000004 00 02 03 02")


@contextlib.contextmanager
def archive(*, says=b"", reads=True, stays=False):
    """A listener that reads an A-ASSOCIATE-RQ, says something, and hangs up."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                sock, _ = listening.accept()
                with sock, contextlib.suppress(OSError):
                    if reads:
                        sock.recv(65536)
                    sock.sendall(says)
                    if stays:
                        stop.wait(20)

        thread = threading.Thread(target=serve)
        thread.start()
        host, port = listening.getsockname()[:2]
        yield Target(Door(host, port), "PACS", "US", manners=Manners(deadline=0.5))
        stop.set()
        thread.join(10)


@pytest.mark.parametrize(
    ("says", "code", "reached"),
    [
        (REJECT, "rj 2/3/2", Reached.DICOM),
        (ABORT, "abort 2/2", Reached.DICOM),
        (b"", "closed", Reached.TCP),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not dicom", Reached.TCP),
        (bytes.fromhex("15 03 01 0002 02 46"), "tls only", Reached.TCP),
        (struct.pack(">BBL", 2, 0, 0xFFFFFFF0), "failed", Reached.DICOM),
        (struct.pack(">BBL", 2, 0, 100) + b"half", "closed", Reached.DICOM),
    ],
)
def test_what_the_archive_says_is_noted_as_it_was(says, code, reached):
    with archive(says=says) as target, target.converse() as talk:
        assert talk.echo() is None

    assert not talk.established
    assert code in [seen.code for seen in talk.evidence], talk.evidence
    assert talk.reached is reached


def test_an_archive_that_never_answers_is_silence():
    with archive(stays=True) as target, target.converse() as talk:
        assert not talk.established

    assert "silence" in [seen.code for seen in talk.evidence], talk.evidence
    assert talk.reached is Reached.TCP


def test_text_of_a_foreign_service_is_escaped():
    with archive(says=b"\x1b[2J\nHi") as target, target.converse() as talk:
        pass

    assert talk.evidence
    assert all(seen.text.isprintable() for seen in talk.evidence)


def test_nagles_algorithm_is_off(wrong):
    with wrong.target(wrong.peers["visitor"]).converse() as talk:
        sock = talk._association.dul.socket.socket
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_reply_is_kept_for_whoever_waits_for_it():
    ae = AE("STRANGER")
    ae.dimse_timeout = 5
    association = Association(ae, "requestor")
    replies = Replies(association)
    replies.msg_queue.put((1, "the reply"))
    assert replies.get_msg(block=False) == (None, None)  # as the reactor asks
    assert replies.get_msg(block=True) == (1, "the reply")
