import threading
from pathlib import Path

import pytest
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_primitives import N_EVENT_REPORT

from lab.asking import every_study, one_instance
from lab.conversation import SUCCESS
from lab.delivery import Delivered
from lab.marked import Marked
from lab.sop_classes import CT, STORAGE_COMMITMENT, STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE
from lab.wire import Reached


@pytest.fixture
def friend(wrong):
    return wrong.target(wrong.peers["visitor"])


def test_a_stored_instance_is_found_and_comes_back_unchanged(wrong, friend):
    bait = wrong.marked.new()
    came: list[Delivered] = []

    def receive(delivered):
        came.append(delivered)
        return 0x0000

    with friend.converse(STUDY_ROOT_FIND, STUDY_ROOT_GET, storage=[CT], receiving=[CT]) as talk:
        assert talk.store_bytes(bait.part_10) == 0x0000
        status, matches = talk.find(STUDY_ROOT_FIND, every_study())
        transfer = talk.get(STUDY_ROOT_GET, one_instance(bait), receive)

    assert status == 0x0000
    assert bait.study_instance_uid in {match.StudyInstanceUID for match in matches}
    assert (transfer.status, transfer.completed, transfer.failed) == (0x0000, 1, 0)
    assert len(came) == 1
    assert bait.part_10.endswith(came[0].data_set)
    assert came[0].sop_instance_uid == bait.sop_instance_uid


def test_a_refused_operation_gives_its_status(right):
    target = right.target(right.peers["workstation"])
    with target.converse(STUDY_ROOT_MOVE) as talk:
        transfer = talk.move(STUDY_ROOT_MOVE, one_instance(right.wanted), "NOBODY")

    assert transfer.status == 0xA801
    assert talk.evidence[-1].code == "A801H"


def test_a_context_that_was_not_proposed_cannot_be_asked(friend):
    with friend.converse() as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, every_study())

    assert status is None
    assert matches == []
    assert "no answer" in talk.evidence[-1].text


def test_nothing_raises_where_nobody_answers(down):
    target = down.target(down.peers["visitor"])
    bait = Marked().new()
    with target.converse(STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE, storage=[CT]) as talk:
        assert talk.echo() is None
        assert talk.store_bytes(bait.part_10) is None
        assert talk.find(STUDY_ROOT_FIND, every_study()) == (None, [])
        assert talk.get(STUDY_ROOT_GET, one_instance(bait), lambda _: 0).status is None
        assert talk.move(STUDY_ROOT_MOVE, one_instance(bait), "X").status is None

    assert talk.reached is Reached.NOTHING
    assert [seen.code for seen in talk.evidence] == ["refused"]


def test_no_temporary_file_is_left(friend, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with friend.converse(storage=[CT]) as talk:
        assert talk.store_bytes(Marked().new().part_10) == 0x0000

    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize("which", ["wrong", "right"])
def test_the_archive_vouches_for_what_it_holds_alone(which, request):
    scene = request.getfixturevalue(which)
    held = (CT, scene.wanted.sop_instance_uid)
    with scene.target(scene.peers["modality"]).converse(STORAGE_COMMITMENT) as talk:
        assert talk.commit([held, (CT, "2.25.1")]) == {scene.wanted.sop_instance_uid}
        assert talk.commit([(CT, "2.25.1")]) == frozenset()
        assert talk.echo() == SUCCESS


def test_whoever_asked_for_a_report_goes_on_when_it_is_answered_and_not_before(right, monkeypatch):
    answering = []

    def slowly(service, primitive, *args):
        if isinstance(primitive, N_EVENT_REPORT):
            answering.append(threading.current_thread())
            threading.Event().wait(0.3)
        return send(service, primitive, *args)

    send = DIMSEServiceProvider.send_msg
    monkeypatch.setattr(DIMSEServiceProvider, "send_msg", slowly)
    held = (CT, right.wanted.sop_instance_uid)
    with right.target(right.peers["modality"]).converse(STORAGE_COMMITMENT) as talk:
        assert talk.commit([held]) == {right.wanted.sop_instance_uid}
        assert [thread.is_alive() for thread in answering] == [False]


def test_who_has_no_right_gets_no_word_for_it(right):
    with right.target(right.peers["workstation"]).converse(STORAGE_COMMITMENT) as talk:
        assert talk.commit([(CT, right.wanted.sop_instance_uid)]) == frozenset()
        assert "user-rejection" in talk.evidence[-1].text
