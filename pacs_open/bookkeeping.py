"""The ledger between processes: a worker's end, and the keeper's.

Each worker has one pipe to the supervisor, made before it was forked: there is no address that
anybody else could connect to. One question at a time, in the order asked.
"""

import contextlib
import logging
import pickle
import selectors
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

from pacs_open.ledger import Book, LedgerUnavailableError

_log = logging.getLogger(__name__)

ANSWER_WITHIN: Final = 10.0
"""Seconds a worker waits for the supervisor; a keeper that is slower keeps no book."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a worker asks."""

    book: str
    request: Any


class PipeLedger:
    """A worker's end. Asked by many threads; a fault makes it unusable for good."""

    def __init__(self, pipe: Connection) -> None:
        self.is_lost = False
        """Whether no answer will ever be had again: the worker had better end."""
        self._pipe = pipe
        # Made once; `Connection.poll` would make one for each wait.
        self._answered = selectors.DefaultSelector()
        self._answered.register(pipe, selectors.EVENT_READ)
        self._lock = threading.Lock()

    def ask(self, book: str, request: Any) -> Any:
        """Ask a book and wait for its answer.

        Raises:
            LedgerUnavailableError: no answer is to be had.
            Exception: whatever the book raised.
        """
        question = pickle.dumps(Question(book, request))
        with self._lock:
            if self.is_lost:
                message = "the process that keeps the books is gone"
                raise LedgerUnavailableError(message)
            data = self._exchange(question)
        try:
            answer = pickle.loads(data)  # noqa: S301 - from the process that started this one
        except Exception as error:  # an exception of a book that does not survive the journey
            message = f"{book}: {type(error).__name__} in the answer"
            raise LedgerUnavailableError(message) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def tell(self, news: Any) -> None:
        """Tell the supervisor something that needs no answer; one that is gone hears nothing."""
        with self._lock, contextlib.suppress(OSError):
            self._pipe.send_bytes(pickle.dumps(news))

    def _exchange(self, question: bytes) -> bytes:
        try:
            self._pipe.send_bytes(question)
            if self._answered.select(ANSWER_WITHIN):
                return self._pipe.recv_bytes()
        except BaseException as error:
            self.is_lost = True
            if not isinstance(error, OSError | EOFError):
                raise
            message = "the process that keeps the books does not answer"
            raise LedgerUnavailableError(message) from error
        # Questions and answers are out of step now: another question would get this one's answer.
        self.is_lost = True
        message = f"the process that keeps the books took over {ANSWER_WITHIN:.0f} s"
        raise LedgerUnavailableError(message)


class Keeper:
    """The supervisor's end: answers one worker's question at a time."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self._books = books

    def receive(self, pipe: Connection) -> Any:
        """What a worker sent; None if it cannot be unpacked, which the worker is told.

        Raises:
            EOFError, OSError: the worker is gone.
        """
        data = pipe.recv_bytes()
        try:
            return pickle.loads(data)  # noqa: S301 - from a process that this one started
        except Exception as error:  # must not end the process that keeps the books
            pipe.send(LedgerUnavailableError(f"{type(error).__name__} in the question"))
            return None

    def answer(self, worker: str, question: Question, pipe: Connection) -> None:
        """Answer one question through a worker's pipe.

        Raises:
            OSError: the worker is gone.
        """
        try:
            reply = self._ask(worker, question.book, question.request)
        except Exception as error:  # a book's fault belongs to the control that asked
            reply = error
        try:
            pipe.send(reply)
        except OSError:
            raise
        except Exception as error:  # pickling raises whatever it likes
            message = f"{question.book}: {type(error).__name__} in the answer"
            pipe.send(LedgerUnavailableError(message))

    def _ask(self, worker: str, book: str, request: Any) -> Any:
        if book not in self._books:
            message = f"no book is kept under the name {book!r}"
            raise LedgerUnavailableError(message)
        return self._books[book].ask(worker, request)

    def release(self, worker: str) -> None:
        """A worker is gone: every book forgets what it held."""
        for name, book in self._books.items():
            try:
                book.release(worker)
            except Exception as error:  # the other books must forget it all the same
                _log.error("book %s could not release %s: %s", name, worker, type(error).__name__)

    def close(self) -> None:
        """The archive stops."""
        for book in self._books.values():
            book.close()
