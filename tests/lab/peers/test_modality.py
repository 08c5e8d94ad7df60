"""The modality sends everything unchanged, and says what did not arrive."""

import pytest

from lab.evidence import Evidence, Layer, answered, rejected
from lab.peers.modality import Modality, _broke, modality_of
from lab.pki import self_made


def test_every_image_arrives(target, pacs, images):
    told = []
    sent = Modality(target, images.folder, told.append).send(images.manifest.patients)
    assert sent.ok
    assert sent.instances == len(told) == 6
    assert set(pacs.held) == {entry.sop_instance_uid for entry in images.manifest.instances()}
    assert sent.tls == ""


def test_over_mutual_tls_it_says_which(secure, pacs, images):
    sent = Modality(secure.target, images.folder).send(images.manifest.patients)
    assert sent.ok
    assert sent.tls == "TLSv1.3"
    assert len(pacs.held) == 6


def test_a_refused_image_is_counted_and_shown(target, pacs, images):
    pacs.refuse = True
    sent = Modality(target, images.folder).send(images.manifest.patients)
    assert not sent.ok
    assert (sent.instances, sent.failed) == (0, 6)
    assert sent.evidence[-1].code == "0124H"
    assert sent.reached


def test_an_archive_that_is_not_there_is_told_from_one_that_refuses(address, target, images):
    away = target.but(door=target.door.__class__("127.0.0.1", 1))
    sent = Modality(away, images.folder).send(images.manifest.patients)
    assert not sent.ok
    assert not sent.reached
    assert sent.evidence[0].code == "refused"


def test_without_a_patient_nothing_is_ok(target, images):
    assert not Modality(target, images.folder).send([]).ok


def test_it_trusts_only_an_archive_of_its_authority(secure, images, tmp_path):
    elsewhere = secure.target.but(trust=self_made("x", tmp_path / "x").trust)
    sent = Modality(elsewhere, images.folder).send(images.manifest.patients)
    assert not sent.ok
    assert "untrusted" in {seen.code for seen in sent.evidence}


@pytest.mark.parametrize("which", ["wrong", "right"])
def test_where_it_may_it_asks_the_archive_to_vouch_for_each_image(which, request, images):
    scene = request.getfixturevalue(which)
    sent = modality_of(scene, scene.peers["modality"], images.folder, lambda _: None).send(
        images.manifest.patients
    )
    assert sent.ok, sent.evidence
    assert (sent.instances, sent.asked, sent.committed) == (6, 6, 6)
    assert sent.evidence == ()


def test_an_archive_that_vouches_for_nothing_is_not_well(target, images):
    """The archive of these tests knows no Storage Commitment."""
    sent = Modality(target, images.folder, commits=True).send(images.manifest.patients)
    assert (sent.instances, sent.asked, sent.committed) == (6, 6, 0)
    assert not sent.ok
    assert any("N-ACTION" in seen.text for seen in sent.evidence)


def test_what_a_broken_connection_left_unanswered_is_sent_again(target, pacs, images):
    pacs.breaks = 2
    sent = Modality(target, images.folder, patience=20).send(images.manifest.patients)
    assert (sent.instances, sent.failed, sent.again) == (6, 0, 2)
    assert len(pacs.held) == 6
    assert sent.ok
    assert sent.evidence, "that it broke is not hidden"


def test_what_was_not_sent_when_the_connection_ended_between_two_images_is_sent_later(
    target, pacs, images
):
    pacs.leaves = 1

    def rest(_instances):
        assert pacs.left.wait(10)

    modality = Modality(target, images.folder, rest, patience=20)
    sent = modality.send_patient(images.manifest.patients[0])
    assert (sent.instances, sent.failed, sent.again) == (2, 0, 1)
    assert len(pacs.held) == 2


@pytest.mark.parametrize(
    ("last", "broke"),
    [
        (answered("C-STORE", 0x0000), True),
        (Evidence(Layer.ASSOCIATION, "accepted", "ac"), True),
        (Evidence(Layer.TLS, "shaken hands", "TLSv1.3"), True),
        (Evidence(Layer.TCP, "", "reset"), True),
        (answered("C-STORE", 0x0124), False),
        (rejected(1, 1, 3), False),
        (Evidence(Layer.TLS, "", "untrusted"), False),
    ],
    ids=lambda one: getattr(one, "code", None),
)
def test_silence_behind_what_was_well_is_a_broken_connection_and_behind_a_refusal_is_none(
    last, broke
):
    """The end of a connection is told by another thread, and may not be told yet."""
    assert _broke([last]) is broke


def test_what_found_no_room_is_sent_again(target, pacs, images):
    pacs.full = 2
    sent = Modality(target, images.folder, patience=20).send(images.manifest.patients)
    assert (sent.instances, sent.failed) == (6, 0)
    assert sent.again >= 1
    assert "A700H" in {seen.code for seen in sent.evidence}


def test_without_patience_what_was_not_answered_is_counted_as_failed(target, pacs, images):
    pacs.breaks = 1
    sent = Modality(target, images.folder).send(images.manifest.patients)
    assert (sent.failed, sent.again) == (2, 0)


def test_who_is_refused_does_not_try_again(target, pacs, images):
    pacs.refuse = True
    sent = Modality(target, images.folder, patience=20).send(images.manifest.patients[:1])
    assert (sent.failed, sent.again) == (2, 0)


def test_it_sends_up_to_the_last_patient_that_it_is_told_of(target, pacs, images):
    sent = Modality(target, images.folder, last=2).send(images.manifest.patients)
    assert sent.instances == 4
    assert pacs.held.keys() == {
        one.sop_instance_uid
        for patient in images.manifest.patients[:2]
        for one in patient.instances()
    }
