import threading

import pytest
from sqlalchemy import update

from pacs_open.archive.archive import Outcome
from pacs_open.errors import IndexBehindError, IndexUnavailableError
from pacs_open.index.placement import existing, remove
from pacs_open.index.schema import segments
from pacs_open.refusals import DimseRefused


def test_each_commit_has_its_number_and_says_what_it_replaced(archive, shelf):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2), shelf.data_set(1, PatientID="P2"))

    from_log = []
    segment = archive.pool.take()
    from_log = [(record.commit, record.replaces) for record in segment.scan()]
    archive.pool.give(segment)
    assert from_log == [(1, 0), (2, 0), (3, 1)]


def test_no_number_is_taken_for_what_is_refused_or_repeated(archive, shelf):
    def refuse(record):
        raise DimseRefused("no", 0x0124)

    shelf.store(archive, shelf.data_set(1), shelf.data_set(1))
    with pytest.raises(DimseRefused):
        shelf.store(archive, shelf.data_set(2), decide=refuse)

    assert archive.counter.last() == 1


def test_a_decision_that_breaks_refuses_its_own_instance_alone(archive, shelf):
    inside, go_on = threading.Event(), threading.Event()
    outcomes = {}

    def hold(record):
        inside.set()
        go_on.wait(10)

    def break_down(record):
        raise ZeroDivisionError

    def work(number, decide):
        try:
            outcomes[number] = shelf.store(archive, shelf.data_set(number), decide=decide)
        except ZeroDivisionError:
            outcomes[number] = "broken"

    threads = [threading.Thread(target=work, args=(1, hold))]
    threads[0].start()
    inside.wait(10)
    for number, decide in ((2, lambda record: None), (3, break_down), (4, lambda record: None)):
        threads.append(threading.Thread(target=work, args=(number, decide)))
        threads[-1].start()
    while len(archive._committer._group._waiting) < 3:
        pass
    go_on.set()
    for thread in threads:
        thread.join(10)

    stored = dict.fromkeys((1, 2, 4), Outcome.STORED)
    assert outcomes == stored | {3: "broken"}
    assert shelf.uids(archive) == {"1", "2", "4"}
    assert archive.check() == []


def test_what_was_a_repetition_in_a_transaction_that_failed_is_decided_anew(
    archive, shelf, monkeypatch
):
    """Two of the same in one transaction; it fails, and only the second one's next succeeds."""
    committer, requests = archive._committer, []

    def wait(request):
        requests.append(request)
        raise IndexUnavailableError("busy")

    def together(request):
        def commit_and_break(connection, one):
            commit(connection, one)
            if one is request:
                raise ZeroDivisionError

        commit = committer._commit
        with monkeypatch.context() as patch:
            patch.setattr(committer, "_commit", commit_and_break)
            with pytest.raises(ZeroDivisionError):
                committer._transaction([requests[0], request])
        assert request.outcome is Outcome.REPEATED
        committer._transaction([request])

    data = shelf.data_set(1)
    with shelf.receive(archive, data) as first, shelf.receive(archive, data) as second:
        monkeypatch.setattr(archive, "submit", wait)
        with pytest.raises(IndexUnavailableError):
            first.commit(lambda record: None)
        monkeypatch.setattr(archive, "submit", together)
        outcome = second.commit(lambda record: None)

    assert outcome is Outcome.STORED
    assert archive.check() == []
    assert shelf.uids(archive) == {"1"}


def test_an_index_that_went_back_in_time_is_noticed_and_learns_again(archive, shelf):
    """A standby that lagged behind takes over, or yesterday's copy: two of three are forgotten."""
    shelf.store(archive, shelf.data_set(1))
    (end, _) = archive.index.segment_ends()[1]
    shelf.store(archive, shelf.data_set(2), shelf.data_set(3))
    with archive.index.writing() as connection:
        for number in (2, 3):
            remove(connection, existing(connection, f"2.25.{number}"))
        connection.execute(update(segments).values(indexed=end))
    assert shelf.uids(archive) == {"1"}

    with pytest.raises(IndexBehindError, match="has lost what it knew"):
        shelf.store(archive, shelf.data_set(4))
    assert shelf.store(archive, shelf.data_set(4)) is Outcome.STORED

    assert shelf.uids(archive) == {"1", "2", "3", "4"}
    assert archive.check() == []


def test_an_index_that_has_lost_a_whole_segment_learns_it_again(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    with archive.index.writing() as connection:
        archive.index.empty(connection)

    with pytest.raises(IndexBehindError):
        shelf.store(archive, shelf.data_set(2))
    shelf.store(archive, shelf.data_set(2))

    assert shelf.uids(archive) == {"1", "2"}
    assert archive.check() == []
