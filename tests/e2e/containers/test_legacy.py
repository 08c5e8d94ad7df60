"""A device that cannot do TLS: what it says in plaintext stays on the network that it shares.

A bridge shows this machine every packet that crosses it; so what is on a network of the lab is read
there, all of it, while a device sends.
"""

import contextlib
import socket
import struct
import threading

import pytest

from lab.engines.daemon import connected
from lab.engines.guard import OF_PROJECT
from lab.stations import orders
from lab.tap import spellings
from sample_images.size import Size

pytestmark = pytest.mark.engine

EVERY_PROTOCOL = 3
SOL_PACKET, ADD_MEMBERSHIP, PROMISCUOUS = 263, 1, 1
"""Of packet(7)."""
BUFFER = 32 * 1024 * 1024


@contextlib.contextmanager
def read_along(bridge):
    """A list of all packets that cross a bridge."""
    packets, over = [], threading.Event()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL)) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sock.bind((bridge, EVERY_PROTOCOL))
        member = struct.pack("iHH8s", socket.if_nametoindex(bridge), PROMISCUOUS, 0, b"")
        sock.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, member)
        sock.settimeout(0.2)

        def read():
            while True:
                try:
                    packets.append(sock.recv(70000))
                except TimeoutError:
                    if over.is_set():
                        return

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield packets
        finally:
            over.set()
            reader.join()


@pytest.fixture
def bridges(lab):
    """The lab's bridges by the network's short name."""
    with connected(lab.engine_host) as daemon:
        found = daemon.client.networks.list(filters={"label": f"{OF_PROJECT}={lab.project}"})
        return {one.name.removeprefix(f"{lab.project}_"): f"br-{one.id[:12]}" for one in found}


def send(tell, service, which, seed):
    told = orders.Send(within=120, patients=1, seed=seed, size=Size.SMALL, archives=(which,))
    done = tell(service, told, orders.SENT)
    assert done.sent[which].ok, done.sent[which].evidence
    return done.answer_key


def names(packets, key):
    """The packets that carry a patient's name."""
    pieces = [piece for patient in key.patients for piece in spellings(patient.patient_name)]
    return [packet for packet in packets if any(piece in packet for piece in pieces)]


def test_its_plaintext_stays_on_its_own_network_and_in_the_clinic_there_is_tls(
    mended, bridges, tell, identical
):
    with read_along(bridges["legacy"]) as own, read_along(bridges["clinic"]) as clinic:
        key = send(tell, "legacy-modality", "secure", seed=11)

    assert names(own, key)
    assert not names(clinic, key)
    assert any(b"\x17\x03\x03" in packet for packet in clinic), "what the side-car makes of it"
    assert identical("secure", key) == len(list(key.instances()))


def test_what_a_device_says_to_the_open_archive_everybody_in_the_clinic_reads(
    mended, bridges, tell
):
    """The twin: the same eyes do see a name where one is to be seen."""
    with read_along(bridges["clinic"]) as clinic:
        key = send(tell, "modality", "open", seed=12)

    assert names(clinic, key)
