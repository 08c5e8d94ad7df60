"""Statements that are compiled once: those that every store runs, and the usual queries.

Building and compiling a statement costs more than running it on a small table; the text is
made by SQLAlchemy for the database at hand, so nothing is lost but the cost. In SQLite, which
answers within microseconds, its driver is asked directly, because all that SQLAlchemy does
around one such statement costs five times as much. PostgreSQL's is not: there SQLAlchemy sees
which connections broke.
"""

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement


class Prepared:
    """One statement with named parameters.

    Args:
        statement: with ``bindparam`` only, no literal values.
        columns: for an INSERT: its columns.
    """

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._texts: dict[str, tuple[str, Sequence[str] | None]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute it with these values; others than it names are left aside."""
        text, order = self._text(connection)
        if order is None:  # pragma: no cover - databases with named parameters
            return connection.exec_driver_sql(text, dict(values))
        return connection.exec_driver_sql(text, tuple([values[name] for name in order]))

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """What it finds, each row with its columns as attributes; to be run in ``writing``."""
        if connection.dialect.name != "sqlite":
            return list(self.run(connection, values))
        return list(map(self._row._make, self._directly(connection, values)))

    def each(self, connection: Connection, values: Mapping[str, Any]) -> Iterable[Any]:
        """What it finds, row by row and not all at once; within ``reading`` or ``writing``."""
        if connection.dialect.name != "sqlite":
            return self.run(connection, values)
        cursor: Iterable[Any] = self._directly(connection, values)
        return cursor

    def change(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute a change, in ``writing``; the number of rows that it has changed."""
        if connection.dialect.name != "sqlite":
            return self.run(connection, values).rowcount
        return int(self._directly(connection, values).rowcount)

    @cached_property
    def _row(self) -> Any:
        """A row of what a SELECT finds, by the names of its columns."""
        assert isinstance(self._statement, Select)  # noqa: S101 - for the type checker
        names = [one.name for one in self._statement.selected_columns]
        return namedtuple("Row", names)  # noqa: PYI024 - its fields are the statement's

    def _directly(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """The driver's own cursor; its faults are told by ``Index.writing`` like SQLAlchemy's."""
        text, order = self._text(connection)
        raw: Any = connection.connection.dbapi_connection
        return raw.execute(text, [values[name] for name in order or ()])

    def _text(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        return self._texts.get(connection.dialect.name) or self._compile(connection)

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        assert isinstance(self._statement, ClauseElement)  # noqa: S101 - for the type checker
        compiled = self._statement.compile(
            dialect=connection.dialect, column_keys=list(self._columns) if self._columns else None
        )
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for the type checker
        found = compiled.string, compiled.positiontup
        self._texts[connection.dialect.name] = found
        return found
