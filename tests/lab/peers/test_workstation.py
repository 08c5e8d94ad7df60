"""The workstation is content only if every image came, bit for bit, and over TLS where it must."""

import pytest

from lab.inbox import Inbox
from lab.peers.modality import Modality
from lab.peers.workstation import Workstation
from lab.scene import Peer


@pytest.fixture
def listening(pacs):
    """An address of the workstation that the archive knows."""
    with Inbox(("127.0.0.1", 0), "WORKSTATION") as inbox:
        host, port = inbox.address
    pacs.destinations["WORKSTATION"] = (host, port)
    return host, port


@pytest.fixture
def workstation(target, pacs, images, listening):
    Modality(target, images.folder).send(images.manifest.patients)
    peer = Peer("WORKSTATION", listens_on=listening)
    return Workstation(target.but(calling_ae_title="WORKSTATION"), peer, images.manifest)


def test_it_finds_gets_and_has_moved_everything(workstation):
    assert workstation.find()[0] == 3
    for retrieved in (workstation.get(), workstation.move()):
        assert retrieved.ok
        assert (retrieved.identical, retrieved.expected) == (6, 6)
        assert not retrieved.evidence
        assert not retrieved.tls


def test_a_study_that_is_not_listed_is_missed(workstation, pacs, images):
    for entry in images.manifest.patients[0].instances():
        del pacs.held[entry.sop_instance_uid]
    assert workstation.find()[0] == 2


@pytest.mark.parametrize("way", ["get", "move"])
def test_a_lost_image_is_missed(workstation, pacs, way):
    pacs.lose = 1
    retrieved = getattr(workstation, way)()
    assert not retrieved.ok
    assert retrieved.identical == 3
    assert retrieved.evidence


@pytest.mark.parametrize("way", ["get", "move"])
def test_a_changed_image_is_noticed(workstation, pacs, way):
    pacs.change = True
    retrieved = getattr(workstation, way)()
    assert not retrieved.ok
    assert retrieved.identical == 0


def test_a_refused_move_is_shown(workstation, pacs):
    pacs.destinations.clear()
    retrieved = workstation.move()
    assert not retrieved.ok
    assert retrieved.evidence[-1].code == "A801H"


def test_over_tls_it_gets_everything(secure, pacs, images):
    Modality(secure.target, images.folder).send(images.manifest.patients)
    peer = Peer("WORKSTATION", certificate=secure.device.certificate, key=secure.device.key)
    retrieved = Workstation(secure.target, peer, images.manifest).get()
    assert retrieved.ok
    assert retrieved.tls


# The test's own PACS, pynetdicom's stock requestor, forgets to close a connection that was reset.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_in_the_secure_lab_it_takes_nothing_without_tls(secure, pacs, images, listening):
    Modality(secure.target, images.folder).send(images.manifest.patients)
    peer = Peer(
        "WORKSTATION",
        certificate=secure.device.certificate,
        key=secure.device.key,
        listens_on=listening,
    )
    retrieved = Workstation(secure.target, peer, images.manifest).move()
    assert not retrieved.ok
    assert not retrieved.tls
