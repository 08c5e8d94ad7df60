from lab.contradictions import store_each
from lab.marked import Marked
from lab.probe import Answer, Untold


def test_one_wrong_instance_that_is_stored_is_a_yes(wrong):
    target = wrong.target(wrong.peers["modality"])
    answered = store_each(target, {"nothing at all": Marked().new().part_10})

    assert answered.answer is Answer.YES
    assert answered.evidence[-1].text == "nothing at all: stored"


def test_nothing_can_contradict_what_was_not_stored(right):
    may_not_store = right.target(right.peers["workstation"])
    good = Marked().new().part_10
    answered = store_each(may_not_store, {"wrong": good}, after=good)

    assert answered.untold is Untold.UNCLEAR


def test_all_refused_is_a_no(right):
    may_not_store = right.target(right.peers["workstation"])

    assert store_each(may_not_store, {"wrong": Marked().new().part_10}).answer is Answer.NO


def test_an_archive_that_is_down_is_no_answer(down):
    target = down.target(down.peers["modality"])

    assert store_each(target, {"wrong": Marked().new().part_10}).untold is Untold.NOT_REACHED
