"""Counts what several threads do, and tells the sum."""

import threading
from collections.abc import Callable


class Counter:
    """Give :meth:`add` to whoever does something; ``told`` gets each new sum, in order."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self._told = told
        self._lock = threading.Lock()
        self._sum = 0

    def add(self, more: int = 1) -> None:
        """So many more are done."""
        with self._lock:
            self._sum += more
            self._told(self._sum)
