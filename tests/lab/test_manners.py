import threading
from dataclasses import replace

import pytest

from lab.asking import every_study
from lab.conversation import SUCCESS
from lab.manners import UNBOUNDED, BudgetSpentError, Manners, Pace
from lab.marked import Marked
from lab.probe import Untold, no, probe
from lab.scene import Peer
from lab.sop_classes import CT, STUDY_ROOT_FIND


def test_a_budget_is_spent_once_for_all_threads():
    pace = Pace(5, 0)
    spent = []

    def take():
        try:
            pace.take()
        except BudgetSpentError as error:
            spent.append(str(error))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pace.spent == 5
    assert spent == ["the budget of 5 connections is spent"] * 3


def test_a_pause_lies_between_two_connections(monkeypatch):
    waited = []
    monkeypatch.setattr("lab.manners.time.sleep", waited.append)
    monkeypatch.setattr("lab.manners.time.monotonic", lambda: 100.0)
    pace = Pace(3, 0.25)
    for _ in range(3):
        pace.take()

    assert waited == [pytest.approx(0.25), pytest.approx(0.5)]


def test_the_lab_spares_its_own_archives_nothing():
    assert UNBOUNDED.cancel_after is None
    assert UNBOUNDED.longest is None
    assert UNBOUNDED.pace is None


def test_a_spent_budget_leaves_a_question_untested(wrong):
    scene = replace(wrong, manners=Manners(pace=Pace(0, 0)))

    @probe(asks="?", holds=(), lacks=(), severity="low", standard=(), fix="")
    def asked(scene):
        with scene.target(Peer("US")).converse() as talk:
            return no(talk.evidence)

    assert asked.ask(scene).untold is Untold.NOT_TESTED


def test_a_query_is_cancelled_where_that_was_agreed(planted):
    target = planted.target(Peer("US"))
    with target.converse(storage=[CT]) as talk:
        assert [talk.store_bytes(Marked().new().part_10) for _ in range(60)] == [SUCCESS] * 60

    gentle = target.but(manners=Manners(cancel_after=5, abort_after=50))
    with gentle.converse(STUDY_ROOT_FIND) as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, every_study())

    assert len(matches) == 5
    assert talk.cut
    assert status in {0xFE00, SUCCESS, None}


def test_an_archive_that_heeds_no_cancel_is_left(planted):
    target = planted.target(Peer("US")).but(manners=Manners(cancel_after=None, abort_after=2))
    with target.converse(STUDY_ROOT_FIND) as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, every_study())

    assert (status, len(matches)) == (None, 2)
    assert "aborted by us" in talk.evidence[-1].text


def test_a_conversation_ends_after_its_longest_time(planted):
    target = planted.target(Peer("US")).but(manners=Manners(longest=0))
    with target.converse() as talk:
        assert talk.echo() is None
    assert any("silence" in seen.text for seen in talk.evidence)


def test_no_more_is_read_than_was_agreed(planted):
    target = planted.target(Peer("US")).but(manners=Manners(most_bytes=500))
    with target.converse(STUDY_ROOT_FIND) as talk:
        talk.find(STUDY_ROOT_FIND, every_study())
        status, _ = talk.find(STUDY_ROOT_FIND, every_study())
    assert status is None


def test_time_may_be_over_as_well():
    pace = Pace(5, 0, longest=-1)

    with pytest.raises(BudgetSpentError, match="are over"):
        pace.take()
