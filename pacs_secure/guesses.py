"""Who was refused how often, and who has to wait for it: the book of ``refusal_budget``.

Kept by one process for all workers (see :mod:`pacs_open.ledger`). A peer that was rejected too
often within a time is held for a while. Names it has been served under before are no guess:
they are remembered, and go on.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

REMEMBERED_PEERS = 4096
"""Peers that are remembered; beyond that, those that were silent longest are forgotten."""
REMEMBERED_NAMES = 64
"""Pairs of AE titles that one peer is known under."""

Names = tuple[str, str]
"""Calling and called AE title."""


class May(NamedTuple):
    """May this peer ask for an association now?"""

    key: str
    names: Names


class Refused(NamedTuple):
    """It was rejected for good."""

    key: str


class Served(NamedTuple):
    """It was accepted under these names."""

    key: str
    names: Names


Request = May | Refused | Served


@dataclass(frozen=True)
class Budget:
    """So many refusals within so many seconds, then so many seconds of waiting."""

    refusals: int
    within: float
    wait: float


@dataclass
class _Account:
    refused_at: deque[float] = field(default_factory=deque)
    names: OrderedDict[Names, None] = field(default_factory=OrderedDict)
    held_until: float = 0.0


class Guesses:
    """Answers ``May`` with "" for yes, else why not."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    def ask(self, worker: str, request: Request) -> str:
        """Note what happened, or say whether a peer may go on."""
        now = self._clock()
        if isinstance(request, May):
            return self._held(request, now)
        account = self._accounts.setdefault(request.key, _Account())
        self._accounts.move_to_end(request.key)
        if len(self._accounts) > REMEMBERED_PEERS:
            self._accounts.popitem(last=False)
        if isinstance(request, Served):
            _remember(account.names, request.names)
        else:
            self._count(account, now)
        return ""

    def release(self, worker: str) -> None:
        """A worker that is gone takes no refusal back."""

    def close(self) -> None:
        """Nothing is kept beyond the process."""

    def _held(self, request: May, now: float) -> str:
        account = self._accounts.get(request.key)
        if account is None or now >= account.held_until or request.names in account.names:
            return ""
        left = account.held_until - now
        return f"{self._budget.refusals} refusals; has to wait {left:.0f} s more"

    def _count(self, account: _Account, now: float) -> None:
        budget = self._budget
        account.refused_at.append(now)
        while account.refused_at[0] <= now - budget.within:
            account.refused_at.popleft()
        if len(account.refused_at) >= budget.refusals:
            account.refused_at.clear()  # after the wait the count begins anew
            account.held_until = now + budget.wait


def _remember(names: OrderedDict[Names, None], served: Names) -> None:
    names[served] = None
    names.move_to_end(served)
    if len(names) > REMEMBERED_NAMES:
        names.popitem(last=False)
