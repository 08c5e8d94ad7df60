from dataclasses import replace

import pytest

from lab.scene import Peer, Scene, is_loopback, local_address
from lab.target import Door

SCENE = Scene(
    "test",
    (Door("127.0.0.1", 11112, tls=True),),
    "PACS",
    peers={
        "modality": Peer("MODALITY", frozenset({"echo", "store"})),
        "workstation": Peer("WORKSTATION", frozenset({"echo", "find", "get", "move"})),
    },
)


def test_a_peer_is_found_by_its_rights():
    assert SCENE.find_peer(may="store").ae_title == "MODALITY"
    assert SCENE.find_peer(may_not="store").ae_title == "WORKSTATION"
    assert SCENE.find_peer(may="store", may_not="echo") is None


def test_a_friend_holds_everything_and_a_stranger_nothing_issued(tmp_path):
    peer = Peer("MODALITY", certificate=tmp_path / "c", key=tmp_path / "k")
    friend, stranger = SCENE.target(peer), SCENE.as_stranger()

    assert (friend.called_ae_title, friend.calling_ae_title) == ("PACS", "MODALITY")
    assert friend.certificate == tmp_path / "c"
    assert stranger.called_ae_title == "ANY-SCP"
    assert stranger.calling_ae_title == "STRANGER"
    assert stranger.certificate is None
    assert stranger.trust is None


def test_a_local_address_is_loopback_or_none():
    assert local_address(9) in {"127.66.0.9", None}
    assert local_address(999) is None  # no such address anywhere


def test_a_loopback_address_is_called_from_only_where_the_archive_is_on_loopback():
    for host, given in [("127.0.0.1", "127.66.0.4"), ("::1", None), ("pacs-open", None)]:
        scene = Scene("somewhere", (Door(host, 1),), "PACS")
        for target in (
            scene.as_stranger(local_address="127.66.0.4"),
            scene.target(Peer("A"), local_address="127.66.0.4"),
        ):
            assert target.local_address == given


def test_a_question_without_an_address_of_its_own_calls_from_the_scenes():
    scene = replace(SCENE, calls_from="127.66.0.20")

    assert scene.target(Peer("A")).local_address == "127.66.0.20"
    assert scene.as_stranger().local_address == "127.66.0.20"
    assert scene.as_stranger(local_address="127.66.0.4").local_address == "127.66.0.4"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.66.0.2", True), ("::1", True), ("10.0.0.1", False), ("x", False)],
)
def test_a_name_is_never_taken_for_a_loopback_address(host, loopback):
    assert is_loopback(host) is loopback


def test_a_stranger_shows_nothing_where_that_leads_further(tmp_path):
    made = Peer("STRANGER", certificate=tmp_path / "c", key=tmp_path / "k")
    scene = replace(SCENE, stranger=made)
    bare = replace(scene, bare_doors=frozenset({scene.door}))

    assert scene.as_stranger().certificate == made.certificate
    assert (bare.as_stranger().certificate, bare.bare_stranger.key) == (None, None)
    assert bare.stranger == made
