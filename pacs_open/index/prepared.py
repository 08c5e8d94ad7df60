"""Statements that are compiled once: the few that every store runs.

Building and compiling a statement costs more than running it on a small table; the text is
made by SQLAlchemy for the database at hand, so nothing is lost but the cost.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
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
        text, order = self._texts.get(connection.dialect.name) or self._compile(connection)
        if order is None:  # pragma: no cover - databases with named parameters
            return connection.exec_driver_sql(text, dict(values))
        return connection.exec_driver_sql(text, tuple([values[name] for name in order]))

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        assert isinstance(self._statement, ClauseElement)  # noqa: S101 - for the type checker
        compiled = self._statement.compile(
            dialect=connection.dialect, column_keys=list(self._columns) if self._columns else None
        )
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for the type checker
        found = compiled.string, compiled.positiontup
        self._texts[connection.dialect.name] = found
        return found
