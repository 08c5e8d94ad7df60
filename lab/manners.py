"""How gently an archive is treated: how fast it is asked, and how much is read of its answers.

The lab's own archives are there to be used up. Anybody else's is at work, and may be hostile:
it is asked little, at a pace, and no answer of it can hold us up or fill our memory.
"""

import threading
import time
from dataclasses import dataclass

MOST_MATCHES = 1_000_000
"""Matches of one C-FIND that we are ready to keep."""
LONG_SILENCE = 60.0
"""Seconds an archive may think about one answer."""


class BudgetSpentError(Exception):
    """As many connections were opened, or seconds spent, as were allowed."""


class Pace:
    """A budget of connections and of seconds, and a pause between each two; thread-safe."""

    def __init__(self, budget: int, pause: float, longest: float | None = None) -> None:
        self._lock = threading.Lock()
        self._ends_at = None if longest is None else time.monotonic() + longest
        self._longest = longest
        self._pause = pause
        self._budget = budget
        self._next = 0.0
        self.spent = 0

    def take(self) -> None:
        """Wait for our turn to open one connection more.

        Raises:
            BudgetSpentError: there is none left, or no time.
        """
        with self._lock:
            if self.spent >= self._budget:
                message = f"the budget of {self._budget} connections is spent"
                raise BudgetSpentError(message)
            now = time.monotonic()
            if self._ends_at is not None and now > self._ends_at:
                message = f"the {self._longest:g} s for this archive are over"
                raise BudgetSpentError(message)
            self.spent += 1
            wait, self._next = self._next - now, max(self._next, now) + self._pause
        if wait > 0:
            time.sleep(wait)


@dataclass(frozen=True)
class Manners:
    """Bounds of one conversation. Seconds and bytes; None: no bound."""

    cancel_after: int | None = None
    """Matches after which a C-FIND is cancelled (C-CANCEL, PS3.7 9.3.2.3)."""
    abort_after: int = MOST_MATCHES
    """Matches after which the association is aborted: the archive did not heed the cancel."""
    deadline: float = 10.0
    """For connecting, and for the answer to the A-ASSOCIATE-RQ."""
    silence: float = LONG_SILENCE
    longest: float | None = None
    """For a conversation as a whole, whatever the archive says meanwhile."""
    most_bytes: int | None = None
    """That we read on one connection."""
    pace: Pace | None = None


UNBOUNDED = Manners()
"""For the lab's own archives."""
