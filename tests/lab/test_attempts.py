from dataclasses import replace

import pytest
from pydicom.dataset import Dataset

from lab.asking import wanted_of
from lab.attempts import (
    count_records,
    deliver_to,
    hide,
    inbox_of,
    list_records,
    move_to_callback,
    open_inbox,
    retrieve,
)
from lab.inbox import Inbox
from lab.marked import PATIENT_ID_PREFIX, Marked
from lab.probe import Answer, NotTestedError, Untold
from lab.target import Door, Target
from pacs_open.config import Config
from pacs_open.server import Server


def test_an_empty_answer_is_a_no_only_where_something_is_known_to_be_there(tmp_path):
    config = Config.model_validate(
        {"archive": {"directory": tmp_path / "a"}, "network_connection": {"port": 0}}
    )
    with Server(config) as server:
        target = Target(Door(*server.address), "PACS-OPEN", "US")

        assert list_records(target, known_to_hold_some=False).untold is Untold.UNCLEAR
        assert list_records(target, known_to_hold_some=True).answer is Answer.NO


def test_an_image_that_is_not_there_is_not_delivered(wrong):
    target = wrong.target(wrong.peers["visitor"])
    answered, collected = retrieve(target, wanted_of(Marked().new()))

    assert answered.answer is Answer.NO
    assert collected.instances == []


def test_patients_are_counted_once_and_marked_ones_apart():
    def match(patient_id):
        ds = Dataset()
        ds.PatientID = patient_id
        return ds

    matches = [match("1"), match("1"), match("2"), match(PATIENT_ID_PREFIX + "X")]

    assert count_records(matches) == "2 patients with 3 studies were listed, and 1 marked ones"
    assert count_records(matches[:1]) == "1 patients with 1 studies were listed"


def test_where_we_cannot_listen_the_question_is_not_asked(wrong):
    with Inbox(("127.0.0.1", 0), "ONE") as first, pytest.raises(NotTestedError, match="listen"):
        open_inbox(first.address, "TWO", None)


def test_what_a_move_needs_is_said_where_it_is_missing(wrong):
    peer = wrong.peers["workstation"]
    target = wrong.target(peer)
    with pytest.raises(NotTestedError, match="port"):
        move_to_callback(replace(wrong, callback_port=None), target, peer, "X")
    with pytest.raises(NotTestedError, match="instance"):
        move_to_callback(replace(wrong, wanted=None), target, peer, "X")
    with (
        pytest.raises(NotTestedError, match="listens"),
        inbox_of(wrong, wrong.peers["visitor"]),
    ):
        pass
    nobody = replace(wrong, peers={"visitor": wrong.peers["visitor"]})
    with pytest.raises(NotTestedError, match="listens for C-MOVE"):
        deliver_to(nobody, None)
    with pytest.raises(NotTestedError, match="no MR"):
        hide(nobody)


def test_what_cannot_be_stored_cannot_be_hidden(down):
    with pytest.raises(NotTestedError, match="was not stored"):
        hide(down)
