"""Work that no answer waits for: reports of Storage Commitment on associations of our own.

A device may be busy, or wait for the end of its own association before it listens: an errand
that fails is tried again. What is not done when the server stops is not done; the device asks
again, as it has to where no report comes (PS3.4 J.3.3).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from pacs_open.errors import PacsError

_log = logging.getLogger(__name__)

AT_MOST: Final = 64
"""Errands that wait or are being done; a peer that asks for more is told so."""
PAUSES: Final = (1.0, 5.0, 30.0)
"""Seconds before an errand that failed is tried again."""


class Errands:
    """One thread that does errands in order; it starts with the first."""

    def __init__(self, pauses: tuple[float, ...] = PAUSES) -> None:
        self._pauses = pauses
        self._changed = threading.Condition()
        self._waiting: deque[Callable[[], None]] = deque()
        self._at_hand = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, errand: Callable[[], None]) -> bool:
        """Take an errand; False: there are too many, or the server stops."""
        with self._changed:
            if self._over.is_set() or len(self._waiting) + self._at_hand >= AT_MOST:
                return False
            self._waiting.append(errand)
            if self._thread is None:
                self._thread = threading.Thread(target=self._do_all, name="errands", daemon=True)
                self._thread.start()
            self._changed.notify()
        return True

    def stop(self) -> None:
        """Do no more; one at hand is not tried again."""
        with self._changed:
            self._over.set()
            self._waiting.clear()
            self._changed.notify()

    def _do_all(self) -> None:
        while (errand := self._next()) is not None:
            try:
                self._do(errand)
            except Exception as error:  # a fault of ours ends one errand, not all to come
                _log.error("an errand failed, fault of ours: %s", type(error).__name__)

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            self._at_hand = 0
            self._changed.wait_for(lambda: self._waiting or self._over.is_set())
            if self._over.is_set():
                return None
            self._at_hand = 1
            return self._waiting.popleft()

    def _do(self, errand: Callable[[], None]) -> None:
        for pause in (*self._pauses, None):
            try:
                errand()
            except PacsError as error:
                if pause is None:
                    _log.warning("given up: %s", error)
                elif self._over.wait(pause):
                    return
            else:
                return
