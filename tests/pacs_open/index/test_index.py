import sqlite3
import threading

import pytest
from sqlalchemy import insert, select

from pacs_open.errors import (
    ArchiveError,
    ArchiveFullError,
    ConfigurationError,
    IndexUnavailableError,
)
from pacs_open.index import database
from pacs_open.index.index import Index
from pacs_open.index.schema import VERSION, segments, state
from pacs_open.index.sqlite import FILE


@pytest.fixture
def index(tmp_path, index_url):
    made = Index(tmp_path, index_url)
    made.create()
    yield made
    made.close()


def note(index, number=1, indexed=10):
    with index.writing() as connection:
        connection.execute(insert(segments), {"number": number, "indexed": indexed, "synced": 0})


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nonsense://somebody:secret@host/x", "mssql+absent://somebody:secret@host/x"],
)
def test_a_url_that_names_no_database_is_one_clear_line_without_its_password(tmp_path, url):
    with pytest.raises(ConfigurationError, match=r"archive\.index: no database") as caught:
        Index(tmp_path, url)
    assert "secret" not in str(caught.value)


def test_what_is_written_is_read_by_all(index, tmp_path, index_url):
    note(index)
    other = Index(tmp_path, index_url)

    assert other.segment_ends() == {1: (10, 0)}
    other.note_synced({1: 7})
    assert index.segment_ends() == {1: (10, 7)}
    other.close()


def test_a_failed_transaction_leaves_nothing(index):
    def fail():
        with index.writing() as connection:
            connection.execute(insert(segments), {"number": 1, "indexed": 1, "synced": 1})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert index.segment_ends() == {}
    note(index)
    assert index.segment_ends() == {1: (10, 0)}


def test_readers_see_the_last_commit_while_a_writer_is_busy(index):
    note(index)
    with index.writing() as connection:
        connection.execute(insert(segments), {"number": 2, "indexed": 1, "synced": 1})

        assert list(index.segment_ends()) == [1]


def test_writers_of_two_processes_take_turns(index, tmp_path, index_url):
    other = Index(tmp_path, index_url)
    inside, go_on = threading.Event(), threading.Event()

    def hold():
        with other.writing() as connection:
            inside.set()
            go_on.wait(10)
            connection.execute(insert(segments), {"number": 2, "indexed": 1, "synced": 1})

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    later = threading.Timer(0.05, go_on.set)
    later.start()
    note(index)
    thread.join()
    later.join()

    assert sorted(index.segment_ends()) == [1, 2]
    other.close()


@pytest.mark.database("sqlite")
def test_a_writer_that_never_ends_makes_the_index_unavailable(index, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(IndexUnavailableError, match="locked"):
        note(index)
    other.close()
    note(index)


@pytest.mark.database("sqlite")
def test_a_removed_file_makes_the_index_unavailable(index, tmp_path, index_url):
    (tmp_path / FILE).unlink()

    with pytest.raises(IndexUnavailableError, match="is gone"):
        note(index)
    with pytest.raises(IndexUnavailableError, match="is gone"):
        index.count()


@pytest.mark.database("sqlite")
def test_a_full_disk_is_told(index):
    with index.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    raw = index._database.begin().connection.dbapi_connection
    index._database.let_go()
    raw.execute(f"PRAGMA max_page_count={pages}")

    rows = [{"name": f"{number}" * 100, "value": "x" * 1000} for number in range(1000)]
    with pytest.raises(ArchiveFullError), index.writing() as connection:
        connection.execute(insert(state), rows)
    raw.execute("PRAGMA max_page_count=100000")
    note(index)


def test_the_tables_of_another_version_are_not_dropped_under_those_who_use_them(
    index, tmp_path, index_url
):
    note(index)
    with index.writing() as connection:
        connection.execute(state.update().values(value="0").where(state.c.name == "version"))
    other = Index(tmp_path, index_url)

    with pytest.raises(ArchiveError, match="stop all workers and replicas"):
        other.create(alone=False)
    assert index.segment_ends() == {1: (10, 0)}
    other.close()


def test_the_index_of_another_archive_is_not_touched(index, tmp_path, index_url):
    note(index)
    with index.writing() as connection:
        connection.execute(state.update().values(value="A").where(state.c.name == "owner"))
    other = Index(tmp_path, index_url)

    with pytest.raises(ArchiveError, match="the index of another archive"):
        other.create("B")
    other.create("A")
    assert other.segment_ends() == {1: (10, 0)}
    other.close()


def test_another_version_of_the_tables_is_made_anew(index, tmp_path, index_url):
    note(index)
    with index.writing() as connection:
        connection.execute(state.update().values(value="0").where(state.c.name == "version"))
    other = Index(tmp_path, index_url)
    other.create()

    assert other.segment_ends() == {}
    with other.reading() as connection:
        query = select(state.c.value).where(state.c.name == "version")
        assert connection.execute(query).scalar_one() == VERSION
    other.close()


def test_text_that_is_no_database_is_broken(tmp_path):
    (tmp_path / FILE).write_text("no database " * 1000)
    index = Index(tmp_path)

    with pytest.raises(IndexUnavailableError) as fault:
        index.create()
    assert index.is_broken(fault.value)
    index.set_aside()
    assert (tmp_path / f"damaged-{FILE}").exists()
    index.create()
    assert index.count() == 0
    index.close()


@pytest.mark.database("sqlite")
def test_an_index_whose_file_was_taken_away_is_gone(archive, shelf):
    assert not archive.index.is_gone
    (shelf.directory / "index.sqlite").rename(shelf.directory / "elsewhere")
    assert archive.index.is_gone
    (shelf.directory / "elsewhere").rename(shelf.directory / "index.sqlite")
    assert not archive.index.is_gone
