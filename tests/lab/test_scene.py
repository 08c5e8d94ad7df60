from lab.scene import Peer, Scene, local_address
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
