from dataclasses import replace

import pytest

from lab.client_hello import NULL_SUITES, TLS_1_1, TLS_1_2, Offer
from lab.offering import is_taken
from lab.probe import Answer
from lab.target import Door
from tests.lab.weak_servers import answer, server_hello, serving

OFFER = Offer(TLS_1_2, NULL_SUITES)


@pytest.mark.parametrize(
    ("reply", "said", "code"),
    [
        (server_hello("0303", "003b"), Answer.YES, "server hello"),
        (server_hello("0301", "003b"), Answer.YES, "server hello"),
        (server_hello("0303", "c02b"), Answer.NO, "server hello"),
        (bytes.fromhex("15030300020228"), Answer.NO, "alert 40"),
        (b"HTTP/1.1 400 \x1b[31m", Answer.NO, "not tls"),
        (b"", Answer.NO, "closed"),
    ],
)
def test_only_what_was_offered_and_chosen_is_a_yes(right, reply, said, code):
    with serving(answer(reply)) as address:
        answered = is_taken(replace(right, doors=(Door(*address, tls=True),)), OFFER)

    assert answered.answer is said
    assert answered.evidence[-1].code == code
    assert "\x1b" not in answered.evidence[-1].text


def test_a_later_version_than_offered_is_no_yes(right):
    with serving(answer(server_hello("0303", "003b"))) as address:
        scene = replace(right, doors=(Door(*address, tls=True),))
        assert is_taken(scene, Offer(TLS_1_1, NULL_SUITES)).answer is Answer.NO


def test_who_resets_the_connection_has_refused(right):
    def reset(sock):
        sock.recv(1)  # what is left unread makes the end a reset

    with serving(reset) as address:
        scene = replace(right, doors=(Door(*address, tls=True),))
        assert is_taken(scene, OFFER).answer is Answer.NO
