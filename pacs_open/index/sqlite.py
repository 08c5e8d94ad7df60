"""The index in a SQLite file: one machine, no server, nothing to set up.

One writing connection a process, which waits for other processes' with naps far shorter than
SQLite's own.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, create_engine, delete, event
from sqlalchemy.exc import SQLAlchemyError

from pacs_open.archive import disk
from pacs_open.errors import ArchiveError, ArchiveFullError, IndexAwayError, IndexUnavailableError
from pacs_open.index import database

FILE: Final = "index.sqlite"
BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DATA: Final = (sqlite3.DataError, sqlite3.IntegrityError)
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_CHECKPOINT: Final = 4000
"""Pages of 4 KiB in SQLite's log before they are folded into its file, which syncs both while
stores wait: a small image changes seven pages, nearly always the same."""
_STEPS_UNASKED: Final = 100_000
"""Steps of SQLite's virtual machine between two looks at the clock: about a millisecond."""
_SHORTEST_NAP, _LONGEST_NAP = 0.0002, 0.004


def code_of(error: BaseException | None) -> int:
    """SQLite's primary result code behind an exception; -1 if there is none."""
    original = getattr(error, "orig", None) or error
    return int(getattr(original, "sqlite_errorcode", -1)) & 0xFF


class Sqlite:
    """A SQLite database; ``path``: its file, None if the URL alone says where it is."""

    def __init__(self, url: str, path: Path | None) -> None:
        self.path = path
        self._inode: int | None = None
        self._writer: Connection | None = None
        self.engine = create_engine(
            url,
            pool_size=8,
            max_overflow=-1,
            connect_args={"timeout": database.PATIENCE, "check_same_thread": False},
        )
        event.listen(self.engine, "connect", _set_up)

    def look(self) -> None:
        """Is the file still there? SQLite would go on happily in one that was removed."""
        if self.path is None or self._inode is None:
            return
        try:
            there = os.stat(self.path).st_ino == self._inode  # noqa: PTH116 - at every store
        except OSError:
            there = False
        if not there:
            message = f"{self.path}: the index is gone; it is made anew at the next start"
            raise IndexUnavailableError(message)

    def make(self) -> None:
        """Make the file private: SQLite would let everybody read the patients' names."""
        if self.path is not None:
            with disk.room(self.path):
                disk.make_private(self.path)

    def made(self) -> None:
        """Remember which file it is."""
        if self.path is not None:
            self._inode = self.path.stat().st_ino

    def bound(self, connection: Connection, within: float | None) -> None:
        """Let SQLite ask every now and then whether it is too late to go on."""
        raw = self._raw(connection)
        if within is None:
            raw.set_progress_handler(None, 0)
            return
        deadline = time.monotonic() + within
        raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_UNASKED)

    def begin(self) -> Connection:
        """BEGIN IMMEDIATE, asked of the driver: every store waits for it.

        SQLAlchemy knows of one transaction only, which begins with the connection and has no end.
        """
        if self._writer is None:
            self._writer = self.engine.connect()
            self._writer.begin()
            self._raw(self._writer).execute("PRAGMA busy_timeout=0")  # our patience, see below
        _begin(self._raw(self._writer))
        return self._writer

    def commit(self, connection: Connection) -> None:
        """COMMIT."""
        self._raw(connection).execute("COMMIT")

    def let_go(self) -> None:
        """Roll back; the connection stays good."""
        if self._writer is not None and self._raw(self._writer).in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._raw(self._writer).execute("ROLLBACK")

    @staticmethod
    def _raw(connection: Connection) -> Any:
        """The driver's own connection."""
        return connection.connection.dbapi_connection

    def empty(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Remove all rows."""
        for table in tables:
            connection.execute(delete(table))

    def fault(self, error: Exception) -> ArchiveError:
        """No room, or out of reach."""
        cause = getattr(error, "orig", None) or error
        code = code_of(cause)
        if code == sqlite3.SQLITE_FULL:
            return ArchiveFullError(f"the index has no room on the disk ({cause})")
        if code == sqlite3.SQLITE_INTERRUPT:
            return IndexUnavailableError("the index has no answer in time; ask for less")
        if isinstance(cause, _DATA):
            return ArchiveError(f"the index refuses it ({cause.sqlite_errorname})")
        kind = IndexAwayError if code in _BUSY else IndexUnavailableError
        return kind(f"the index cannot be reached ({cause})")

    def close(self) -> None:
        """Close all connections; SQLite's log is folded into the file by the last process."""
        if self._writer is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._writer.exec_driver_sql("PRAGMA optimize")
            self._writer.close()
            self._writer = None
        self.engine.dispose()


def _set_up(connection: Any, _record: object) -> None:
    """WAL: readers and the writer never wait for each other; consistent after a crash.

    synchronous=NORMAL may lose the last transactions when the power goes, never others: they
    are found again in the log. LIKE must tell case, as it does in other databases.
    """
    connection.isolation_level = None  # transactions begin where we say so, see _begin
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "case_sensitive_like=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA cache_size=-16384")
    cursor.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT}")
    cursor.close()


def _begin(raw: Any) -> None:
    """BEGIN IMMEDIATE, with naps far shorter than SQLite's own while another one writes.

    Readers begin nothing: each of their statements is a transaction of its own.
    """
    deadline = time.monotonic() + database.PATIENCE
    nap = _SHORTEST_NAP
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if code_of(error) not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(nap)
            nap = min(2 * nap, _LONGEST_NAP)
        else:
            return
