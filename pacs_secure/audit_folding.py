"""Repeated alerts in one line, so that who is refused cannot fill the disk with refusals.

The first few of a kind within a minute are written one by one, the rest is counted; one line
tells the number when the minute is over. Nothing else in a trail is ever folded.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

ONE_BY_ONE = 20
"""Alerts of one kind written in full within a window."""
WINDOW = 60.0
"""Seconds."""
KINDS = 1024
"""Kinds counted apart; those beyond are counted together."""
OTHERS = "others"


@dataclass
class _Window:
    began: float
    seen: int = 0
    owed: int = 0
    """Alerts of earlier windows that could not be told."""

    @property
    def folded(self) -> int:
        return self.owed + max(self.seen - ONE_BY_ONE, 0)


class Folding:
    """Counts alerts by kind: a text that names who was refused and what for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}

    def takes(self, kind: str) -> bool:
        """Count an alert; True if it is to be counted only, not written."""
        window = self._window(kind)
        window.seen += 1
        return window.seen > ONE_BY_ONE

    def owe(self, counted: list[tuple[str, int]]) -> None:
        """Take back what ``over`` gave but nobody could write: the next windows tell it."""
        for kind, number in counted:
            self._window(kind).owed += number

    def _window(self, kind: str) -> _Window:
        if kind not in self._windows and len(self._windows) >= KINDS:
            kind = OTHERS
        return self._windows.setdefault(kind, _Window(self._clock()))

    def over(self, *, all_of_them: bool = False) -> list[tuple[str, int]]:
        """Take out the windows that are over: kind, and number of alerts not written."""
        now = self._clock()
        done = [
            kind
            for kind, window in self._windows.items()
            if all_of_them or now - window.began >= WINDOW
        ]
        counted = [(kind, self._windows.pop(kind).folded) for kind in done]
        return [(kind, number) for kind, number in counted if number]
