"""A real server: stopped, crashed, frozen, and back again."""

import signal
import threading
import time

import pytest
from sqlalchemy import insert, make_url

from pacs_open.errors import (
    ArchiveError,
    ArchiveFullError,
    CommitInDoubtError,
    ConfigurationError,
    IndexAwayError,
    IndexUnavailableError,
)
from pacs_open.index import database, postgresql
from pacs_open.index.index import Index
from pacs_open.index.postgresql import Postgresql
from pacs_open.index.schema import patients, segments

SOON = 0.4
"""Seconds after which a silent server is given up here."""


@pytest.fixture
def server(request):
    return request.getfixturevalue("postgresql")


@pytest.fixture
def index(tmp_path, server, monkeypatch):
    monkeypatch.setattr(postgresql, "CONNECT_WITHIN", 2)
    made = Index(tmp_path, server.empty())
    made.create("mine")
    yield made
    made.close()


def note(index, number=1):
    with index.writing() as connection:
        connection.execute(insert(segments), {"number": number, "indexed": 10, "synced": 0})


def freeze_at_the_commit(index, server):
    with index.writing() as connection:
        connection.execute(insert(segments), {"number": 2, "indexed": 10, "synced": 0})
        server.freeze()


def close_all(index):
    """The connections that wait in the pool, as after a start."""
    index._database.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_it_recovers_by_itself_once_the_server_is_back(index, server, how):
    note(index, 1)
    with server.away(how):
        with pytest.raises(IndexAwayError, match=r"cannot be reached \(.*"):
            index.count()
        with pytest.raises(IndexAwayError, match="cannot be reached") as fault:
            note(index, 2)
        assert "\n" not in str(fault.value)

    note(index, 3)
    assert sorted(index.segment_ends()) == [1, 3]


def test_a_restart_between_two_statements_is_not_noticed(index, server):
    note(index, 1)
    with server.away():
        pass
    note(index, 2)
    with server.away():
        pass
    assert sorted(index.segment_ends()) == [1, 2]


def test_a_server_that_is_silent_is_given_up(index, server, monkeypatch):
    note(index, 1)
    index.count()
    monkeypatch.setattr(postgresql, "ANSWER_WITHIN", SOON)
    began = time.monotonic()
    with server.frozen():
        with pytest.raises(IndexAwayError, match=r"no answer within 0\.4 s|timeout"):
            index.count()
        with pytest.raises(IndexAwayError, match=r"no answer within 0\.4 s|timeout"):
            note(index, 2)
    assert time.monotonic() - began < 15

    monkeypatch.setattr(postgresql, "ANSWER_WITHIN", 20)
    note(index, 3)
    assert sorted(index.segment_ends()) == [1, 3]


def test_a_silent_server_cannot_be_connected_to_for_long(index, server):
    close_all(index)
    with server.frozen(), pytest.raises(IndexUnavailableError):
        index.count()
    assert index.count() == 0


@pytest.mark.parametrize("stands", [True, False])
def test_a_commit_whose_answer_was_lost_is_told_apart(index, server, monkeypatch, stands):
    """Frozen at the commit, it does so when it goes on; killed, it never does."""
    note(index, 1)
    monkeypatch.setattr(postgresql, "ANSWER_WITHIN", SOON)
    with pytest.raises(CommitInDoubtError, match="while it committed"):
        freeze_at_the_commit(index, server)
    monkeypatch.setattr(postgresql, "ANSWER_WITHIN", 20)
    if stands:
        server.thaw()
    else:
        server.kill()
        server.start()

    with index.writing():  # our turn: the lost one is over
        pass
    assert sorted(index.segment_ends()) == ([1, 2] if stands else [1])


def test_whoever_sleeps_in_his_turn_loses_it_before_others_lose_patience(
    index, tmp_path, server, monkeypatch
):
    """A replica that is frozen, or whose machine is gone, costs the others time and nothing else."""
    monkeypatch.setattr(database, "PATIENCE", 2.0)
    close_all(index)
    other = Index(tmp_path, index.engine.url.render_as_string(hide_password=False))
    asleep, go_on, faults = threading.Event(), threading.Event(), []

    def sleep():
        try:
            with index.writing() as connection:
                asleep.set()
                go_on.wait(10)
                connection.execute(insert(segments), {"number": 1, "indexed": 1, "synced": 1})
        except IndexUnavailableError as fault:
            faults.append(fault)

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    asleep.wait(10)
    note(other, 2)
    go_on.set()
    sleeper.join(10)

    assert [type(fault) for fault in faults] == [IndexAwayError]
    assert sorted(other.segment_ends()) == [2]
    other.close()


def test_readers_see_the_last_commit_of_others_at_once(index, tmp_path, server):
    other = Index(tmp_path, index.engine.url.render_as_string(hide_password=False))
    with index.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
        for number in range(1, 4):
            note(other, number)
            assert list(index.segment_ends()) == list(range(1, number + 1))
    other.close()


def test_what_it_refuses_is_told_without_its_value(index):
    row = {"key": "Secret\0Name", "fingerprint": "", "id": 1}
    with pytest.raises(ArchiveError, match="refuses it") as fault, index.writing() as connection:
        connection.execute(insert(patients), row)
    assert not isinstance(fault.value, IndexUnavailableError)
    assert "Secret" not in str(fault.value)
    note(index, 1)


def test_a_full_disk_of_the_server_is_told(index):
    class Full(Exception):  # noqa: N818 - as the driver's
        sqlstate = "53100"

    assert isinstance(index._database.fault(Full()), ArchiveFullError)


def test_a_database_that_cannot_hold_every_name_is_refused(tmp_path, server):
    index = Index(tmp_path, server.encoded("LATIN1"))
    with pytest.raises(ConfigurationError, match="ENCODING 'UTF8'"):
        index.create()
    index.close()


def test_its_commits_are_synchronous_and_its_waits_bounded_whatever_the_server_says(index, server):
    name = make_url(str(index.engine.url)).database
    server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    close_all(index)
    try:
        with index.reading() as connection:
            show = ("synchronous_commit", "lock_timeout", "statement_timeout")
            found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in show]
    finally:
        server.execute(f"ALTER DATABASE {name} RESET synchronous_commit")
    assert found == ["on", "10s", "20s"]


def test_what_the_url_says_is_said_to_the_server(server):
    url = make_url(server.empty()).update_query_dict(
        {"options": "-c work_mem=5MB", "application_name": "ours"}
    )
    made = Postgresql(url)
    with made.engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW work_mem").scalar() == "5MB"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "10s"
        assert connection.exec_driver_sql("SHOW application_name").scalar() == "ours"
    made.close()


def test_the_tables_are_vacuumed_while_one_writes(index, server):
    """A lock on a table would keep autovacuum from it for as long as there is something to store."""
    name = make_url(str(index.engine.url)).database
    with index.writing():
        server.execute("VACUUM instances", name)


def test_readers_do_not_use_up_the_server(index, monkeypatch):
    monkeypatch.setattr(index.engine.pool, "_timeout", 0.05)
    held = [index.engine.connect() for _ in range(postgresql.READERS)]
    with pytest.raises(IndexAwayError):
        index.count()
    note(index, 1)
    for one in held:
        one.close()
    assert index.count() == 0
