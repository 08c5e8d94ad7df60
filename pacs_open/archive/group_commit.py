"""Many stores, one transaction: whoever comes first commits for all who wait.

No thread of its own: a store that is alone pays for no hand-over, and under load everybody
who waits for the turn is taken along by the next one who gets it.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar


class Waiting(Protocol):
    """Something to be committed."""

    error: BaseException | None
    """Why it was not, None if it was."""
    done: bool


T = TypeVar("T", bound=Waiting)


class GroupCommit(Generic[T]):
    """Takes turns at ``transaction``, which commits several requests at once.

    ``transaction`` sets the ``error`` of a request that is refused. If it raises, nothing of it
    may stand: each request is then tried alone, so that one fault does no harm to neighbours.
    A fault of the kinds in ``hopeless`` is nobody's: it is everybody's answer at once.
    """

    def __init__(
        self,
        transaction: Callable[[Sequence[T]], None],
        hopeless: tuple[type[Exception], ...] = (),
    ) -> None:
        self._transaction = transaction
        self._hopeless = hopeless
        self._waiting: list[T] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def submit(self, request: T) -> None:
        """Return when the request is committed; raise its error if it is not."""
        with self._lock:
            self._waiting.append(request)
        with self._turn:
            if not request.done:
                with self._lock:
                    batch, self._waiting = self._waiting, []
                self._commit(batch)
        if request.error is not None:
            raise request.error

    def _commit(self, batch: Sequence[T]) -> None:
        try:
            self._together(batch)
        finally:
            for request in batch:
                request.done = True

    def _together(self, batch: Sequence[T]) -> None:
        try:
            self._transaction(batch)
        except Exception as error:
            if len(batch) == 1 or isinstance(error, self._hopeless):
                for request in batch:
                    request.error = error
                return
            for request in batch:  # whose fault was it? each for itself, then
                request.error = None
                self._together([request])
        except BaseException as error:
            for request in batch:
                request.error = error
            raise
