"""What controls count or remember, shared by all workers of an archive.

One process (the supervisor, see :mod:`pacs_open.workers`) keeps the books; a worker asks
through a :class:`Ledger`. When a worker dies, its entries are released. A ledger that cannot
be reached raises :class:`LedgerUnavailableError`, which the adapter turns into a refusal.
"""

import threading
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from pacs_open.errors import PacsError


class LedgerUnavailableError(PacsError):
    """The process that keeps the books does not answer."""


@runtime_checkable
class Book(Protocol):
    """State that one control keeps; called by one thread at a time, in one process only.

    ``worker`` identifies who asks (an opaque string). Requests and replies are plain values
    that can be pickled. An exception raised by ``ask`` is raised again at the asking control.
    """

    def ask(self, worker: str, request: Any) -> Any:
        """Answer one request of a control."""

    def release(self, worker: str) -> None:
        """The worker is gone: forget what it held."""

    def close(self) -> None:
        """The archive stops."""


class Ledger(Protocol):
    """The worker's end: asks a book by name and waits for the answer."""

    def ask(self, book: str, request: Any) -> Any:
        """Raise :class:`LedgerUnavailableError` if no answer can be had."""


class LocalLedger:
    """Books kept in this very process: for one worker, and for tests."""

    def __init__(self, books: Mapping[str, Book], worker: str = "only") -> None:
        self._books = books
        self._worker = worker
        self._lock = threading.Lock()

    def ask(self, book: str, request: Any) -> Any:
        """Ask under a lock, as the keeper process would: one at a time."""
        if book not in self._books:
            message = f"no book is kept under the name {book!r}"
            raise LedgerUnavailableError(message)
        with self._lock:
            return self._books[book].ask(self._worker, request)

    def close(self) -> None:
        """Release what this worker held and close the books."""
        with self._lock:
            for book in self._books.values():
                book.release(self._worker)
                book.close()
