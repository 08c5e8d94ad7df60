"""What the index asks of the database it lives in: SQLite's file, or a PostgreSQL server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, Table

from pacs_open.errors import ArchiveError

PATIENCE = 10.0
"""Seconds to wait for another process' transaction."""
ANSWER_WITHIN = 20.0
"""Seconds that the answer to a peer's query may take; what takes longer is given up."""


class Database(Protocol):
    """One kind of database, and how its faults are told."""

    engine: Engine
    """Where readers take their connections from."""
    path: Path | None
    """The file inside the archive's directory, if it is one."""

    def look(self) -> None:
        """See that it is still the one that was opened.

        Raises:
            IndexUnavailableError: it is not.
        """

    def make(self) -> None:
        """Make room for it before the first connection."""

    def made(self) -> None:
        """Note that its tables are there."""

    def bound(self, connection: Connection, within: float | None) -> None:
        """Have a reader's statements given up after so many seconds from now; None: no bound."""

    def begin(self) -> Connection:
        """Begin the one transaction that may write now, in all processes."""

    def commit(self, connection: Connection) -> None:
        """End it: what was written stands, for everybody."""

    def let_go(self) -> None:
        """Give up what was begun."""

    def empty(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Remove all rows of these tables, those that refer to others first."""

    def fault(self, error: Exception) -> ArchiveError:
        """One of its exceptions in our words."""

    def close(self) -> None:
        """Close all connections."""
