from lab.scene import Wanted
from lab.stations.config import Station
from lab.stations.scenes import scene_of

OPEN = {"name": "open", "host": "pacs-open", "port": 104, "ae_title": "OPEN", "callback_port": 7}
SECURE = {
    "name": "secure",
    "host": "pacs-secure",
    "port": 2762,
    "ae_title": "SECURE",
    "tls": True,
    "server_name": "pacs-secure.pacslab.internal",
    "handshake_deadline": 5.0,
}
DEVICES = [
    {"role": "modality", "ae_title": "M", "may": ["echo", "store"], "keys": "/keys/m"},
    {
        "role": "workstation",
        "ae_title": "W",
        "may": ["echo", "move"],
        "keys": "/keys/w",
        "listens": {"open": 11112, "secure": 2762},
    },
]


def scene(tmp_path, which, devices=DEVICES, wanted=None):
    station = Station.model_validate(
        {"archives": [OPEN, SECURE], "devices": devices, "listens_at": "10.9.8.7"}
    )
    return scene_of(station, which, tmp_path / "stranger", wanted)


def test_the_open_archive_is_met_without_certificates(tmp_path):
    met = scene(tmp_path, "open")
    assert not met.door.tls
    assert met.trust is None
    assert {peer.certificate for peer in met.peers.values()} == {None}
    assert met.peers["workstation"].listens_on == ("10.9.8.7", 11112)
    assert (met.callback_port, met.listens_at) == (7, "10.9.8.7")


def test_the_hardened_one_is_met_with_each_devices_own_key(tmp_path):
    met = scene(tmp_path, "secure")
    assert met.door.tls
    assert [str(peer.key) for peer in met.peers.values()] == ["/keys/m/key.pem", "/keys/w/key.pem"]
    assert str(met.trust) == "/keys/m/trust.pem"
    assert met.server_name == "pacs-secure.pacslab.internal"
    assert met.peers["workstation"].listens_on == ("10.9.8.7", 2762)
    assert met.peers["modality"].listens_on is None
    assert met.handshake_deadline == 5.0


def test_who_holds_no_key_trusts_and_shows_nothing_but_what_it_made(tmp_path):
    nobody = [{**device, "keys": None} for device in DEVICES]
    met = scene(tmp_path, "secure", nobody)
    assert met.trust is None
    assert {peer.certificate for peer in met.peers.values()} == {None}
    assert met.stranger.certificate.is_relative_to(tmp_path)
    assert met.stranger.certificate.exists()


def test_what_is_known_to_be_there_is_handed_on(tmp_path):
    wanted = Wanted("P", "1", "2", "3")
    assert scene(tmp_path, "open", wanted=wanted).wanted == wanted
