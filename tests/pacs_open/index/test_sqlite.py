import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from pacs_open.errors import ArchiveFullError, IndexAwayError, IndexUnavailableError
from pacs_open.index.sqlite import FILE, Sqlite, code_of


@pytest.fixture
def database(tmp_path):
    made = Sqlite(f"sqlite:///{tmp_path / FILE}", tmp_path / FILE)
    made.make()
    yield made
    made.close()


def fault(code):
    error = sqlite3.OperationalError("said")
    error.sqlite_errorcode = code
    return OperationalError("statement", {}, error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, ArchiveFullError),
        (sqlite3.SQLITE_BUSY, IndexAwayError),
        (sqlite3.SQLITE_LOCKED, IndexAwayError),
        (sqlite3.SQLITE_IOERR, IndexUnavailableError),
        (sqlite3.SQLITE_IOERR | 10 << 8, IndexUnavailableError),
        (sqlite3.SQLITE_CORRUPT, IndexUnavailableError),
    ],
)
def test_each_fault_is_told_in_our_words(database, code, kind):
    told = database.fault(fault(code))

    assert type(told) is kind
    assert "said" in str(told)


def test_an_exception_without_a_code_has_none():
    assert code_of(ValueError()) == code_of(None) == 0xFF


def test_like_tells_case_and_the_log_is_written_ahead(database):
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 'a' LIKE 'A'").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_what_was_begun_is_given_up(database):
    with database.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
        connection.commit()
    database.begin().exec_driver_sql("INSERT INTO t VALUES (1)")
    database.let_go()
    kept = database.begin()
    kept.exec_driver_sql("INSERT INTO t VALUES (2)")
    kept.commit()

    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT x FROM t").scalars().all() == [2]


def test_a_file_that_was_exchanged_is_not_looked_at(database, tmp_path):
    database.made()
    database.look()
    (tmp_path / FILE).rename(tmp_path / "other")
    (tmp_path / FILE).touch()

    with pytest.raises(IndexUnavailableError, match="is gone"):
        database.look()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


def test_a_statement_that_takes_too_long_is_given_up_and_the_connection_stays_good(database):
    with database.engine.connect() as connection:
        database.bound(connection, 0.05)
        with pytest.raises(OperationalError) as caught:
            connection.exec_driver_sql(ENDLESS).scalar()
        assert isinstance(database.fault(caught.value), IndexUnavailableError)
        assert "ask for less" in str(database.fault(caught.value))
        database.bound(connection, None)
        limited = ENDLESS.replace("FROM n)", "FROM n LIMIT 300000)")
        assert connection.exec_driver_sql(limited).scalar() == 300000
