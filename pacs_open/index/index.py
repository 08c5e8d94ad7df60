"""The catalogue: a view of the log in a database (SQLAlchemy Core; SQLite by default).

One writing connection a process, taken in turns; readers take connections from a pool and
never hold a transaction while a peer is waited for.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, make_url, select, text, update
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from pacs_open.errors import (
    ArchiveError,
    CommitInDoubtError,
    ConfigurationError,
    IndexUnavailableError,
)
from pacs_open.index import schema
from pacs_open.index.database import Database
from pacs_open.index.postgresql import Postgresql
from pacs_open.index.sqlite import BROKEN, FILE, Sqlite, code_of

logger = logging.getLogger(__name__)


class Index:
    """A database with the tables of :mod:`pacs_open.index.schema`; safe for threads.

    Args:
        directory: where the SQLite file lies if there is no URL.
        url: an SQLAlchemy URL, None for SQLite.

    Raises:
        ConfigurationError: the URL names no database that can be used.
    """

    def __init__(self, directory: Path, url: str | None = None) -> None:
        self._turn = threading.RLock()
        try:
            self._database = _database(directory, url)
        except (ArgumentError, ImportError) as error:  # the URL may hold a password: not shown
            raise ConfigurationError(
                "archive.index: no database can be reached by this SQLAlchemy URL "
                f"({type(error).__name__}); write postgresql://USER@HOST/DATABASE, or leave it "
                "out for SQLite inside the archive's directory"
            ) from error

    @property
    def engine(self) -> Engine:
        """Where readers take their connections from."""
        return self._database.engine

    @property
    def path(self) -> Path | None:
        """The SQLite file inside the archive's directory, if that is what it is."""
        return self._database.path

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @property
    def is_gone(self) -> bool:
        """Whether its file was taken away or exchanged: who has it open cannot go on with it."""
        try:
            self._database.look()
        except IndexUnavailableError:
            return True
        return False

    def create(self, owner: str = "", *, alone: bool = True) -> None:
        """Make the tables where there are none, or others than ours.

        Args:
            owner: the archive whose instances it names; "" where it lies with them.
            alone: whether no other process works with it, so that its tables may be dropped.

        Raises:
            ArchiveError: it is another archive's, or another version works with it.
        """
        with self._ours():
            self._database.make()
        with self.writing() as connection:
            schema.metadata.create_all(connection)
            state = {row.name: row.value for row in connection.execute(_STATE)}
            _refuse_what_is_not_ours(state, owner, alone=alone)
            if state.get("version") != schema.VERSION:
                schema.metadata.drop_all(connection)
                schema.metadata.create_all(connection)
                rows = [("version", schema.VERSION), ("owner", owner)]
                for name, value in rows:
                    connection.execute(schema.state.insert(), {"name": name, "value": value})
        self._database.made()

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

    @contextlib.contextmanager
    def _ours(self) -> Iterator[None]:
        """Turn the database's faults into ours."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._database.fault(error) from error

    @contextlib.contextmanager
    def reading(self, within: float | None = None) -> Iterator[Connection]:
        """A connection for one short read; ``within``: seconds, for what a peer asks.

        Raises:
            IndexUnavailableError: the database does not answer, or not within that time.
        """
        self._database.look()
        with self._ours(), self.engine.connect() as connection:
            if within is None:
                yield connection
                return
            self._database.bound(connection, within)
            try:
                yield connection
            finally:
                self._database.bound(connection, None)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one transaction that may write now, in this process and all others.

        Raises:
            IndexUnavailableError: another process would not finish its own, or the database
                does not answer: nothing was written.
            CommitInDoubtError: it went away at the end: all was written, or nothing.
        """
        self._database.look()
        with self._turn, self._ours():
            try:
                connection = self._database.begin()
                yield connection
                self._commit(connection)
            except BaseException:
                self._database.let_go()
                raise

    def _commit(self, connection: Connection) -> None:
        try:
            self._database.commit(connection)
        except DBAPIError as error:
            if error.connection_invalidated:
                fault = self._database.fault(error)
                raise CommitInDoubtError(f"{fault} while it committed") from error
            raise

    def count(self) -> int:
        """Instances that the index holds."""
        with self.reading() as connection:
            query = text("SELECT count(*) FROM instances")
            return int(connection.execute(query).scalar_one())

    def empty(self, connection: Connection) -> None:
        """Forget all instances and segments."""
        tables = [t for t in reversed(schema.metadata.sorted_tables) if t is not schema.state]
        self._database.empty(connection, tables)

    def segment_ends(self) -> dict[int, tuple[int, int]]:
        """Up to where each segment is indexed, and known to be on the disk."""
        with self.reading() as connection:
            return segment_ends(connection)

    def note_synced(self, ends: dict[int, int]) -> None:
        """Remember what is known to be on the disk."""
        if not ends:
            return
        with self.writing() as connection:
            for number, end in ends.items():
                statement = update(schema.segments).where(schema.segments.c.number == number)
                connection.execute(statement.values(synced=end))

    def close(self) -> None:
        """Close all connections."""
        with self._turn:
            self._database.close()


def _database(directory: Path, url: str | None) -> Database:
    """What a URL names.

    Raises:
        ArgumentError, ImportError: nothing that can be reached.
    """
    if url is None:
        return Sqlite(f"sqlite:///{directory / FILE}", directory / FILE)
    parsed: URL = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return Postgresql(parsed)
    if parsed.get_backend_name() == "sqlite":
        return Sqlite(url, None)
    raise ArgumentError(f"{parsed.get_backend_name()} is neither postgresql nor sqlite")


def _refuse_what_is_not_ours(state: Mapping[str, str], owner: str, *, alone: bool) -> None:
    if state.get("owner", owner) != owner:
        message = (
            "archive.index: this database is the index of another archive; give each a database "
            "of its own (an empty one is filled from the log)"
        )
        raise ArchiveError(message)
    if "version" not in state and not alone:
        message = (
            "the index is gone while others work with it; stop all workers and replicas and start "
            "again: it is made anew from the log"
        )
        raise ArchiveError(message)
    version = state.get("version", schema.VERSION)
    if version != schema.VERSION and not alone:
        message = (
            f"the index is in use by another version of this program ({version}, this one is "
            f"{schema.VERSION}); stop all workers and replicas and start again"
        )
        raise ArchiveError(message)


def segment_ends(connection: Connection) -> dict[int, tuple[int, int]]:
    """Up to where each segment is indexed, and known to be on the disk, in a transaction."""
    return {n: (indexed, synced) for n, indexed, synced in connection.execute(_ENDS)}


_STATE = select(schema.state.c.name, schema.state.c.value)
_ENDS = select(schema.segments.c.number, schema.segments.c.indexed, schema.segments.c.synced)
