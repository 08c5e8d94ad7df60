"""The catalogue: a view of the log in a database (SQLAlchemy Core; SQLite by default).

One writing connection a process, taken in turns; readers take connections from a pool and
never hold a transaction while a peer is waited for.
"""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text, update
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pacs_open.archive import disk
from pacs_open.errors import ArchiveFullError, ConfigurationError, IndexUnavailableError
from pacs_open.index import schema

logger = logging.getLogger(__name__)

FILE = "index.sqlite"
PATIENCE = 10.0
"""Seconds to wait for another process' transaction."""
_SHORTEST_NAP, _LONGEST_NAP = 0.0002, 0.004
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def code_of(error: BaseException | None) -> int:
    """SQLite's primary result code behind an exception; -1 if there is none."""
    original = getattr(error, "orig", None) or error
    return int(getattr(original, "sqlite_errorcode", -1)) & 0xFF


@contextlib.contextmanager
def ours() -> Iterator[None]:
    """Turn the database's faults into ours."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        if code_of(cause) == sqlite3.SQLITE_FULL:
            message = f"the index has no room on the disk ({cause})"
            raise ArchiveFullError(message) from error
        message = f"the index cannot be reached ({cause})"
        raise IndexUnavailableError(message) from error


class Index:
    """A database with the tables of :mod:`pacs_open.index.schema`; safe for threads.

    Args:
        directory: where the SQLite file lies if there is no URL.
        url: an SQLAlchemy URL, None for SQLite.
    """

    def __init__(self, directory: Path, url: str | None = None) -> None:
        self.path = None if url else directory / FILE
        self._url = url or f"sqlite:///{directory / FILE}"
        self._turn = threading.RLock()
        self._writer: Connection | None = None
        self._inode: int | None = None
        try:
            self.engine = self._engine()
        except (ArgumentError, ImportError) as error:  # the URL may hold a password: not shown
            raise ConfigurationError(
                "archive.index: no database can be reached by this SQLAlchemy URL "
                f"({type(error).__name__}); leave it out for SQLite inside the archive's directory"
            ) from error

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.engine.dialect.name == "sqlite"

    def _engine(self) -> Engine:
        if not self._url.startswith("sqlite"):  # pragma: no cover - written for, not tested
            return create_engine(self._url, pool_size=8, max_overflow=-1, pool_pre_ping=True)
        engine = create_engine(
            self._url,
            pool_size=8,
            max_overflow=-1,
            connect_args={"timeout": PATIENCE, "check_same_thread": False},
        )
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine

    def create(self) -> None:
        """Make the tables where there are none, or others than ours."""
        if self.path is not None:
            with disk.room(self.path):
                disk.make_private(self.path)  # SQLite would let everybody read the patients' names
        with self.writing() as connection:
            schema.metadata.create_all(connection)
            query = select(schema.state.c.value).where(schema.state.c.name == "version")
            if connection.execute(query).scalar() != schema.VERSION:
                schema.metadata.drop_all(connection)
                schema.metadata.create_all(connection)
                row = {"name": "version", "value": schema.VERSION}
                connection.execute(schema.state.insert(), row)
        if self.path is not None:
            self._inode = self.path.stat().st_ino

    def is_broken(self, error: IndexUnavailableError) -> bool:
        """Whether a fault means that the SQLite file is damaged beyond use."""
        return self.path is not None and code_of(error.__cause__) in BROKEN

    def set_aside(self) -> None:
        """Rename a damaged SQLite file, so that a new one can take its place."""
        self.close()
        if self.path is None:
            return
        logger.warning("%s: is damaged; it is set aside and made anew", self.path)
        for suffix in ("", "-wal", "-shm"):
            damaged = self.path.with_name(self.path.name + suffix)
            if damaged.exists():
                damaged.replace(self.path.with_name(f"damaged-{self.path.name}{suffix}"))

    def _look(self) -> None:
        """Is the file still there? SQLite would go on happily in one that was removed."""
        if self.path is None or self._inode is None:
            return
        try:
            there = self.path.stat().st_ino == self._inode
        except OSError:
            there = False
        if not there:
            message = f"{self.path}: the index is gone; it is made anew at the next start"
            raise IndexUnavailableError(message)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one short read."""
        self._look()
        with ours(), self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one transaction that may write now, in this process and all others.

        Raises:
            IndexUnavailableError: another process would not finish its own.
        """
        self._look()
        with self._turn, ours():
            connection = self._writing_connection()
            try:
                with _patiently(connection):
                    yield connection
            except BaseException:
                self._let_go()
                raise

    def _writing_connection(self) -> Connection:
        if self._writer is None:
            self._writer = self.engine.connect().execution_options(writing=True)
            if self.is_sqlite:  # it has its own patience, see _begin_writing
                raw: Any = self._writer.connection.dbapi_connection
                raw.execute("PRAGMA busy_timeout=0")
        return self._writer

    def _let_go(self) -> None:
        """Forget the connection if it is beyond use, roll back in any case."""
        if self._writer is not None and self._writer.in_transaction():
            with contextlib.suppress(SQLAlchemyError):
                self._writer.rollback()

    def count(self) -> int:
        """Instances that the index holds."""
        with self.reading() as connection:
            query = text("SELECT count(*) FROM instances")
            return int(connection.execute(query).scalar_one())

    def segment_ends(self) -> dict[int, tuple[int, int]]:
        """Up to where each segment is indexed, and known to be on the disk."""
        with self.reading() as connection:
            return {n: (indexed, synced) for n, indexed, synced in connection.execute(_ENDS)}

    def note_synced(self, ends: dict[int, int]) -> None:
        """Remember what is known to be on the disk."""
        if not ends:
            return
        with self.writing() as connection:
            for number, end in ends.items():
                statement = update(schema.segments).where(schema.segments.c.number == number)
                connection.execute(statement.values(synced=end))

    def close(self) -> None:
        """Close all connections; SQLite's log is folded into the file by the last process."""
        with self._turn:
            if self._writer is not None:
                with contextlib.suppress(SQLAlchemyError):
                    if self.is_sqlite:
                        self._writer.exec_driver_sql("PRAGMA optimize")
                    self._writer.rollback()
                self._writer.close()
                self._writer = None
            self.engine.dispose()


_ENDS = select(schema.segments.c.number, schema.segments.c.indexed, schema.segments.c.synced)


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
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """BEGIN IMMEDIATE, with naps far shorter than SQLite's own while another one writes."""
    raw: Any = connection.connection.dbapi_connection
    deadline = time.monotonic() + PATIENCE
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


@contextlib.contextmanager
def _patiently(connection: Connection) -> Iterator[None]:
    with connection.begin():
        if connection.dialect.name != "sqlite":  # pragma: no cover - written for, not tested
            connection.exec_driver_sql("LOCK TABLE instances IN SHARE ROW EXCLUSIVE MODE")
        yield
