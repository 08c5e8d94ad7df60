import pytest

from lab.asking import (
    every_study,
    may_write,
    need_peer,
    need_wanted,
    one_instance,
    refusal,
    wanted_of,
    was_stored,
)
from lab.evidence import Evidence, Layer
from lab.marked import Marked
from lab.probe import Answer, NotTestedError, Untold
from lab.scene import Peer, Scene
from lab.target import Door
from lab.wire import Reached, Record

EMPTY = Scene("empty", (Door("127.0.0.1", 1),), "PACS", own=False)


@pytest.mark.parametrize(
    ("status", "stored"),
    [
        (0x0000, True),
        (0xB000, True),
        (0xB007, True),
        (None, False),
        (0x0001, False),
        (0x0111, False),
        (0xA700, False),
        (0xC000, False),
        (0xFE00, False),
    ],
)
def test_stored_is_0000h_or_bxxx(status, stored):
    assert was_stored(status) is stored


def record(reached, code="closed"):
    made = Record()
    made.rise(reached)
    made.note(Evidence(Layer.TCP, "seen", code))
    return made


def test_a_refusal_needs_somebody_who_refuses():
    assert refusal(record(Reached.NOTHING, "refused")).untold is Untold.NOT_REACHED
    assert refusal(record(Reached.TCP)).answer is Answer.NO


def test_our_own_distrust_is_not_the_archives_no():
    assert refusal(record(Reached.TCP, "untrusted")).untold is Untold.UNCLEAR


def test_what_is_missing_is_said():
    with pytest.raises(NotTestedError, match="may not find"):
        need_peer(EMPTY, may_not="find")
    with pytest.raises(NotTestedError, match="no instance"):
        need_wanted(EMPTY)
    with pytest.raises(NotTestedError, match="not the lab's own"):
        may_write(EMPTY)


def test_a_peer_is_given_where_there_is_one():
    scene = Scene("one", EMPTY.doors, "PACS", peers={"a": Peer("A", frozenset({"echo"}))})

    assert need_peer(scene).ae_title == "A"


def test_identifiers_ask_at_their_level():
    wanted = wanted_of(Marked().new())

    assert every_study().QueryRetrieveLevel == "STUDY"
    assert every_study().PatientName == ""  # universal matching
    assert one_instance(wanted).QueryRetrieveLevel == "IMAGE"
    assert one_instance(wanted).SOPInstanceUID == wanted.sop_instance_uid
