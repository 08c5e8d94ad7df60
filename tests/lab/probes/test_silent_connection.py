import contextlib
import socket
import struct
from dataclasses import replace

from lab.manners import Manners, Pace
from lab.probe import Answer, Untold
from lab.probes.silent_connection import silent_connection as probe
from lab.target import Door
from tests.lab.weak_servers import serving


def test_the_open_archive_waits_for_silent_connections(wrong):
    answered = probe.ask(wrong)

    assert answered.answer is Answer.YES, answered


def test_silent_connections_are_ended_within_the_deadline(right):
    answered = probe.ask(right)

    assert answered.answer is Answer.NO, answered


def test_an_archive_that_is_down_is_no_answer(down):
    answered = probe.ask(down)

    assert answered.answer is Answer.UNKNOWN, answered
    assert answered.untold in {Untold.NOT_REACHED, Untold.UNCLEAR}


def test_words_before_the_end_and_a_reset_are_ends_as_well(wrong):
    def say_and_reset(sock):
        sock.sendall(b"\x07")
        with contextlib.suppress(OSError):
            sock.settimeout(0.2)
            sock.recv(1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with serving(say_and_reset) as address:
        assert probe.ask(replace(wrong, doors=(Door(*address),))).answer is Answer.NO


def test_its_two_connections_are_in_the_budget(wrong):
    answered = probe.ask(replace(wrong, manners=Manners(pace=Pace(1, 0))))

    assert answered.untold is Untold.NOT_TESTED, answered


def test_an_address_of_ipv6_is_asked_as_well(wrong):
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        scene = replace(wrong, doors=(Door("::1", listener.getsockname()[1]),))
        answered = probe.ask(replace(scene, handshake_deadline=0.1))

    assert answered.answer is Answer.YES, answered
