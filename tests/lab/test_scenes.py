"""The lab's own archives as scenes: certificates only where there is TLS, rights as configured."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from lab.certificates import Usage
from lab.engines.processes import StartedProcess
from lab.engines.record import DEVICES, Archive, Lab
from lab.pki import Authority
from lab.scenes import chosen_scene, open_scene, secure_scene, visitor


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    authority = Authority.create(folder / "authority", lifetime=timedelta(hours=1))
    for name, title in DEVICES.items():
        authority.issue(name, folder / "identities" / name, ae_title=title, usage=Usage.CALLS)
    now = datetime.now(UTC)
    return Lab(
        engine="process",
        folder=folder,
        since=now,
        until=now + timedelta(hours=1),
        raised_by=StartedProcess.this(),
        workstation_port=1,
        open_workstation_port=2,
        callback_port=3,
        open=Archive(host="127.0.0.1", port=4, ae_title="PACS-OPEN"),
        secure=Archive(host="127.0.0.1", port=5, ae_title="PACS-SECURE"),
    )


def test_the_open_archive_is_met_in_plaintext(lab):
    scene = open_scene(lab)
    assert not scene.door.tls
    assert {peer.certificate for peer in scene.peers.values()} == {None}
    assert scene.peers["workstation"].listens_on == ("127.0.0.1", 2)


def test_the_hardened_archive_is_met_with_each_devices_own_certificate(lab):
    scene = secure_scene(lab)
    assert scene.door.tls
    assert len({peer.certificate for peer in scene.peers.values()}) == 4
    assert scene.server_name == "pacs-secure.pacslab.internal"
    assert scene.trust.exists()


def test_each_device_has_only_the_rights_its_work_needs(lab):
    may = {name: set(peer.may) for name, peer in secure_scene(lab).peers.items()}
    assert may == {
        "modality": {"echo", "store", "commit"},
        "workstation": {"echo", "find", "get", "move"},
        "visitor": {"echo", "store", "find", "get"},
        "reader": {"echo", "find", "get", "move"},
    }


def test_the_stranger_has_a_certificate_that_nobody_signed(lab):
    stranger = open_scene(lab).stranger
    assert stranger.may == frozenset()
    assert stranger.certificate.exists()
    assert stranger == secure_scene(lab).stranger


def test_an_archive_that_was_never_started_is_no_scene(lab):
    with pytest.raises(ValueError, match="never started"):
        open_scene(lab.model_copy(update={"open": None}))


def test_the_visitor_needs_no_other_devices_key(lab, tmp_path):
    moved = lab.model_copy(update={"folder": tmp_path})
    (tmp_path / "identities").mkdir()
    shutil.copytree(lab.folder / "identities" / "visitor", tmp_path / "identities" / "visitor")
    assert visitor(moved, "open").certificate is None
    secure = visitor(moved, "secure")
    assert (secure.door.tls, secure.calling_ae_title) == (True, "VISITOR")
    assert secure.trust.exists()
    assert secure.server_name == "pacs-secure.pacslab.internal"


@pytest.mark.parametrize("tls", [False, True])
def test_a_chosen_archive_is_met_as_it_is_with_brisk_values(lab, tls):
    scene = chosen_scene(lab, tls=tls)
    assert scene.door.tls is tls
    assert all((peer.certificate is not None) is tls for peer in scene.peers.values())
    assert scene.stranger.certificate is not None
    assert (scene.handshake_deadline, scene.associations_per_peer) == (2.5, 6)


def test_a_list_that_is_not_ours_to_write_is_not_written(lab):
    assert secure_scene(lab).revoke is None  # no process of this machine reads one
