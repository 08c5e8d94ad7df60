"""The index in PostgreSQL: several machines or containers that share one archive.

A server can go away, come back, or fall silent with its connections open. So every wait has an
end, a connection that broke is replaced, and a commit whose answer was lost is told apart from
one that failed: it may stand.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, NullPool, Table, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pacs_open.errors import (
    ArchiveError,
    ArchiveFullError,
    ConfigurationError,
    IndexAwayError,
)
from pacs_open.index import database
from pacs_open.index.database import ANSWER_WITHIN

CONNECT_WITHIN = 5
"""Seconds, for each address of the server."""
READERS: Final = 8
"""Connections a worker process reads with at most; it writes with one more."""
_TURN: Final = 0x50414353  # "PACS"
"""The advisory lock of the one who writes. A lock on a table would keep autovacuum from it."""
_FULL: Final = frozenset({"53100"})
_NOT_AS_MADE: Final = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.InvalidSchemaName,
)
"""Somebody took tables or rights away: no instance's fault."""
_DATA: Final = (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError)

T = TypeVar("T")


class _Bounded(psycopg.Connection[Any]):
    """A connection that waits for no answer longer than :data:`ANSWER_WITHIN`."""

    def wait(self, gen: PQGen[T], interval: float = 1.0, timeout: float | None = None) -> T:
        """Wait for the server, but not for ever; a connection that was given up is closed."""
        try:
            return super().wait(gen, interval, ANSWER_WITHIN if timeout is None else timeout)
        except psycopg.OperationalError:
            if not self.closed and self.info.transaction_status is TransactionStatus.ACTIVE:
                self.close()  # its answer may come yet, and would be taken for another's
                message = f"no answer within {ANSWER_WITHIN:g} s"
                raise psycopg.OperationalError(message) from None
            raise


class Postgresql:
    """A database on a PostgreSQL server, for one archive alone."""

    path: Path | None = None

    def __init__(self, url: URL) -> None:
        self._writer: Connection | None = None
        url = url.set(drivername="postgresql+psycopg")
        self._for_writing = create_engine(url, poolclass=NullPool, use_native_hstore=False)
        self.engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",  # of readers: one statement each, no BEGIN to pay for
            pool_size=READERS // 2,
            max_overflow=READERS - READERS // 2,
            pool_timeout=database.PATIENCE,
            pool_pre_ping=True,
            pool_use_lifo=True,
            use_native_hstore=False,
        )
        for engine in (self.engine, self._for_writing):
            event.listen(engine, "do_connect", _connect)

    def look(self) -> None:
        """Nothing to see: a server that is gone tells by itself."""

    def make(self) -> None:
        """See that it can hold every name."""
        with self.engine.connect() as connection:
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            message = (
                f"archive.index: the database is encoded in {encoding} and cannot hold every "
                "name; make one with ENCODING 'UTF8'"
            )
            raise ConfigurationError(message)

    def made(self) -> None:
        """Nothing to remember."""

    def bound(self, connection: Connection, within: float | None) -> None:
        """Nothing to do: the server gives up each statement by itself, see _connect."""

    def begin(self) -> Connection:
        """Take the turn; a connection that broke while it was idle is replaced."""
        idle = self._writer is not None
        try:
            return self._begin()
        except DBAPIError as error:
            self.let_go()
            if not (idle and error.connection_invalidated):
                raise
        return self._begin()

    def _begin(self) -> Connection:
        if self._writer is None:
            self._writer = self._for_writing.connect()
        self._writer.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_TURN,))
        return self._writer

    def commit(self, connection: Connection) -> None:
        """COMMIT."""
        connection.commit()

    def let_go(self) -> None:
        """Roll back; a connection that cannot even do that is given up."""
        if self._writer is None:
            return
        with contextlib.suppress(SQLAlchemyError):
            self._writer.rollback()
            if not self._writer.invalidated:
                return
        self._give_up()

    def _give_up(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with contextlib.suppress(SQLAlchemyError):
                writer.invalidate()
            with contextlib.suppress(SQLAlchemyError):
                writer.close()

    def empty(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Remove all rows: TRUNCATE takes the same time for one as for a million."""
        names = ", ".join(table.name for table in tables)
        connection.exec_driver_sql(f"TRUNCATE {names}")

    def fault(self, error: Exception) -> ArchiveError:
        """No room, out of reach, or a value that it does not take: never with the value."""
        cause = getattr(error, "orig", None) or error
        if getattr(cause, "sqlstate", None) in _FULL:
            return ArchiveFullError("the index has no room on the database server's disk")
        if isinstance(cause, _NOT_AS_MADE):
            kind = type(cause).__name__
            return IndexAwayError(f"the index is not as it was made ({kind} {cause.sqlstate})")
        if isinstance(cause, _DATA):
            return ArchiveError(f"the index refuses it ({type(cause).__name__} {cause.sqlstate})")
        said = (str(cause).strip() or type(cause).__name__).splitlines()[0]
        return IndexAwayError(f"the index cannot be reached ({said})")

    def close(self) -> None:
        """Close all connections."""
        self._give_up()
        self._for_writing.dispose()
        self.engine.dispose()


def _connect(_dialect: Any, _record: Any, cargs: tuple[Any, ...], cparams: dict[str, Any]) -> Any:
    """Connect with an end to every wait, at this end and at the other.

    A worker that vanishes (power, network) or sleeps must have lost the turn before those who
    wait for it lose their patience. Commits are synchronous, whatever the server's default: what
    was acknowledged is found after its crash, too.
    """
    patience = round(database.PATIENCE * 1000)
    settings = {
        "lock_timeout": patience,
        "statement_timeout": round(ANSWER_WITHIN * 1000),
        "idle_in_transaction_session_timeout": patience // 2,
        "synchronous_commit": "on",
        "tcp_keepalives_idle": 10,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 3,
    }
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    bounds: dict[str, Any] = {
        "connect_timeout": CONNECT_WITHIN,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "application_name": "pacslab",
    }
    options = f"{cparams.get('options', '')} {ours}".strip()
    return _Bounded.connect(*cargs, **(bounds | cparams | {"options": options}))
