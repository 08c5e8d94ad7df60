import pytest

from lab.asking import every_study
from lab.engines.ports import free_port
from lab.sop_classes import STUDY_ROOT_FIND
from lab.tap import Tap, spellings
from lab.target import Door


def query_through(scene, tap):
    target = scene.target(scene.peers["workstation"]).but(door=tap.door)
    with target.converse(STUDY_ROOT_FIND) as talk:
        return talk.find(STUDY_ROOT_FIND, every_study())


def test_a_name_in_plaintext_is_found(wrong):
    with Tap(wrong.door) as tap:
        status, matches = query_through(wrong, tap)
        names = [str(match.PatientName) for match in matches]

        assert status == 0x0000
        assert names
        assert set(tap.finds(names)) == set(names)
        assert tap.connections == 1


def test_a_name_under_tls_is_not_found_though_the_peer_received_it(right):
    with Tap(right.door) as tap:
        status, matches = query_through(right, tap)
        names = [str(match.PatientName) for match in matches]

        assert status in {0x0000, 0xA700}  # A700H: more than one query is given
        assert names
        assert tap.finds(names) == []
        assert len(tap.recorded) > 1000


def test_a_name_that_did_not_cross_is_not_found(wrong):
    with Tap(wrong.door) as tap:
        query_through(wrong, tap)

        assert tap.finds(["Nobody^Never"]) == []


def test_an_archive_that_is_down_is_hung_up_on(down):
    with Tap(Door(down.door.host, down.door.port)) as tap:
        status, matches = query_through(down, tap)
        assert tap.await_end(10)

    assert status is None
    assert matches == []

    assert tap.recorded == b""


def test_both_directions_are_kept_apart_and_the_end_is_told(wrong):
    with Tap(wrong.door) as tap:
        assert not tap.await_end(0.05)
        query_through(wrong, tap)

        assert tap.await_end(10)
        assert tap.recorded_to[:2] == b"\x01\x00"
        assert tap.recorded_from[:2] == b"\x02\x00"
        assert tap.recorded == tap.recorded_from + tap.recorded_to


def test_it_listens_where_it_is_told_to(wrong):
    address = ("127.0.0.1", free_port())
    with Tap(wrong.door, address) as tap:
        assert (tap.door.host, tap.door.port) == address


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("Müller^Jörg", "Müller^Jörg".encode("latin-1")),
        ("Çelik^Ayşe", "Çelik^Ayşe".encode("iso8859_9")),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田^太郎".encode("iso2022_jp")),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", b"Yamada^Tarou"),
        ("Lefèvre^Éloïse", "Lefèvre^Éloïse".encode()),
    ],
)
def test_names_are_looked_for_in_every_usual_character_set(name, encoded):
    assert encoded in spellings(name)


def test_a_name_too_short_to_be_told_from_chance_is_not_looked_for():
    assert spellings("Li") == ()
    assert spellings("") == ()
