import contextlib
import socket
import threading
from dataclasses import replace

import pytest

from lab.engines.ports import free_port
from lab.verify.doors import doors_of, look
from lab.verify.one import MANNERS
from lab.wire import Reached

QUICK = replace(MANNERS, deadline=0.5, silence=0.5)


@contextlib.contextmanager
def answering(answer):
    """A port that reads a little, answers the same to everybody, and waits (None: says nothing)."""
    listening = socket.create_server(("127.0.0.1", 0))
    held = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listening.accept()
                held.append(caller)
                with contextlib.suppress(OSError):
                    caller.recv(1024)
                    if answer is not None:
                        caller.sendall(answer)
                        caller.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for caller in held:
            caller.close()


def test_an_archive_in_plaintext_has_one_door(wrong):
    seen = look(wrong.door.host, [wrong.door.port], QUICK)

    assert [one.is_door for one in seen] == [True, False]
    assert "speaks DICOM in plaintext" in seen[0].words
    assert doors_of(seen, tls_first=True) == (wrong.door,)
    assert seen[0].implementation[1].startswith("PACSLAB")


def test_a_door_with_tls_hides_what_is_behind_it(right):
    seen = look(right.door.host, [right.door.port], QUICK)

    assert [one.is_door for one in seen] == [False, True]
    assert doors_of(seen, tls_first=False) == (right.door,)
    assert "lets no stranger see" in seen[1].words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not in DICOM"),
        (b"\x1b[31mSSH-2.0", "not in DICOM"),
        (b"", "says nothing"),
        (None, "says nothing"),
    ],
)
def test_what_is_no_archive_has_no_door(answer, words):
    with answering(answer) as port:
        seen = look("127.0.0.1", [port], QUICK)

    assert not any(one.is_door for one in seen)
    assert words in seen[0].words
    assert all(one.reached == Reached.TCP for one in seen)


def test_a_closed_port_is_closed():
    (seen,) = look("127.0.0.1", [free_port()], QUICK)

    assert seen.reached is Reached.NOTHING
    assert "closed" in seen.words


def test_ports_keep_their_order(wrong, right):
    ports = [right.door.port, free_port(), wrong.door.port]
    seen = look("127.0.0.1", ports, QUICK)

    assert doors_of(seen, tls_first=False) == (wrong.door, right.door)
    assert doors_of(seen, tls_first=True) == (right.door, wrong.door)
