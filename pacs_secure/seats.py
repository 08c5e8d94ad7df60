"""Seats in the archive: who sits, who waits, and what is kept free for peers with a certificate.

Kept by one process for all workers (see :mod:`pacs_open.ledger`). A connection *knocks* when
TCP is accepted and nobody knows who it is; it *waits* once TLS has proven a certificate; it
*sits* once its association is wanted. It leaves at the end, whatever it reached.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

REMEMBERED_ADDRESSES = 1024
"""How many addresses are remembered at which a certificate was proven."""

ADDRESSES_OF_ONE = 8
"""How many of these by one certificate: who took a device over must not be at home everywhere."""


class Knock(NamedTuple):
    """TCP was accepted."""

    serial: int
    address: str


class Prove(NamedTuple):
    """TLS has verified a certificate."""

    serial: int
    key: str


class Sit(NamedTuple):
    """An A-ASSOCIATE-RQ was read; ``key`` is the peer's budget key."""

    serial: int
    key: str
    proven: bool


class Leave(NamedTuple):
    """The connection is over."""

    serial: int


Request = Knock | Prove | Sit | Leave


@dataclass(frozen=True)
class Limits:
    """How many there may be at once."""

    in_all: int
    per_peer: int
    reserved: int
    knocking: int


@dataclass
class _Connection:
    address: str
    key: str | None = None
    """The certificate's budget key, once proven."""
    seat: str | None = None
    """The budget key it sits under."""
    reserved: bool = False
    """Whether its seat may be a reserved one."""


class Seats:
    """The book of ``association_limit``. Answers "" for yes, else why not."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._connections: dict[tuple[str, int], _Connection] = {}
        self._knocking: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._seated: Counter[str] = Counter()
        self._unproven_seats = 0
        self._proven_at: OrderedDict[str, str] = OrderedDict()
        """Address to the certificate that was proven there last."""

    def ask(self, worker: str, request: Request) -> str:
        """Note where a connection stands now; a no leaves it where it stood."""
        mark = (worker, request.serial)
        if isinstance(request, Knock):
            return self._knock(mark, request.address)
        if isinstance(request, Leave):
            return self._leave(mark)
        connection = self._connections.get(mark)
        if connection is None:
            return "never knocked"
        if isinstance(request, Prove):
            return self._prove(connection, request.key)
        return self._sit(connection, request)

    def release(self, worker: str) -> None:
        """Give back everything of a worker that is gone."""
        for mark in [mark for mark in self._connections if mark[0] == worker]:
            self._leave(mark)

    def close(self) -> None:
        """Nothing is kept beyond the process."""

    def _knock(self, mark: tuple[str, int], address: str) -> str:
        limits, knocking = self._limits, self._knocking.total()
        if address in self._proven_at:  # a friend lives there: reserved room, no bound for it
            refusal = "all places at the door are taken" if knocking >= limits.knocking else ""
        elif knocking >= max(limits.knocking - limits.reserved, 0):
            refusal = "all places at the door but the reserved are taken"
        elif self._knocking[address] >= limits.per_peer:
            refusal = "too many connections of this address at the door"
        else:
            refusal = ""
        if not refusal:
            self._leave(mark)  # a serial that comes again is a new connection
            self._connections[mark] = _Connection(address)
            self._knocking[address] += 1
        return refusal

    def _prove(self, connection: _Connection, key: str) -> str:
        if self._waiting[key] >= self._limits.per_peer:
            return "too many connections of this certificate wait at the door"
        self._stand_up(connection)
        connection.seat, connection.key = None, key
        self._waiting[key] += 1
        self._remember(connection.address, key)
        return ""

    def _remember(self, address: str, key: str) -> None:
        """A certificate was proven at an address; the oldest are forgotten."""
        is_new = self._proven_at.get(address) != key
        self._proven_at[address] = key
        self._proven_at.move_to_end(address)
        if not is_new:
            return
        its_own = [where for where, whose in self._proven_at.items() if whose == key]
        for where in its_own[:-ADDRESSES_OF_ONE]:
            del self._proven_at[where]
        if len(self._proven_at) > REMEMBERED_ADDRESSES:
            self._proven_at.popitem(last=False)

    def _sit(self, connection: _Connection, wish: Sit) -> str:
        limits = self._limits
        if self._seated[wish.key] >= limits.per_peer:
            return f"{limits.per_peer} associations of this peer are open"
        if self._seated.total() >= limits.in_all:
            return f"{limits.in_all} associations are open"
        if not wish.proven and self._unproven_seats >= limits.in_all - limits.reserved:
            return "all seats but the reserved are taken"
        self._stand_up(connection)
        connection.seat, connection.reserved = wish.key, wish.proven
        self._seated[wish.key] += 1
        self._unproven_seats += not wish.proven
        return ""

    def _stand_up(self, connection: _Connection) -> None:
        """Take a connection off the list it is on."""
        if connection.seat is not None:
            _drop(self._seated, connection.seat)
            self._unproven_seats -= not connection.reserved
        elif connection.key is not None:
            _drop(self._waiting, connection.key)
        else:
            _drop(self._knocking, connection.address)

    def _leave(self, mark: tuple[str, int]) -> str:
        connection = self._connections.pop(mark, None)
        if connection is not None:
            self._stand_up(connection)
        return ""


def _drop(counter: Counter[str], key: str) -> None:
    """Count one down and forget who has none, so that strangers leave no trace in memory."""
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
