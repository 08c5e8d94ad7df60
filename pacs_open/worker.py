"""A worker process: one server behind the shared port, doing what its supervisor orders."""

import logging
import pickle
import signal
import socket
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

from pacs_open.bookkeeping import PipeLedger
from pacs_open.errors import PacsError
from pacs_open.reloading import Setup
from pacs_open.server import Server

_log = logging.getLogger(__name__)

STOP: Final = b"stop"
RELOAD: Final = b"reload"
"""May be followed by a pickled setup."""

OBEYED: Final = "reloaded"
"""What a worker tells its supervisor once it goes by new settings."""

FAILED: Final = 3
"""Exit status of a worker that could not start, or lost its ledger or its index."""
_LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at the ledger and the index."""


@dataclass(frozen=True)
class Report:
    """A worker serves, or says why it cannot."""

    fault: PacsError | None


def live(
    setup: Setup,
    listening: socket.socket,
    ledger: Connection,
    orders: Connection,
) -> int:
    """The whole life of a worker process; its exit status.

    Args:
        setup: the archive's configuration and its controls, in the order asked.
        listening: the socket that all workers share.
        ledger: pipe to the process that keeps the books; the :class:`Report` goes there first.
        orders: pipe from the supervisor; its end is the end of the supervisor.
    """
    signal.set_wakeup_fd(-1)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        signal.signal(signal.Signals[name], signal.SIG_IGN)  # the supervisor gives the orders
    books = PipeLedger(ledger)
    try:
        server = Server(
            setup.config, setup.controls, ledger=books, listening=listening, announce=False
        )
    except Exception as error:
        # A PacsError is one line for a person; of any other fault only the type is safe to tell.
        fault = str(error) if isinstance(error, PacsError) else type(error).__name__
        ledger.send(Report(PacsError(fault)))
        return FAILED
    ledger.send(Report(None))  # before a thread of the server can ask anything
    server.start()
    return _obey(server, books, orders)


def _setup_in(order: bytes) -> Setup | None:
    """The setup that an order to reload brings with it, if any."""
    pickled = order.removeprefix(RELOAD)
    setup: Setup | None = pickle.loads(pickled) if pickled else None  # noqa: S301 - our parent's
    return setup


def _obey(server: Server, books: PipeLedger, orders: Connection) -> int:
    """Do what the supervisor says; stop when it says so, or when it is gone."""
    try:
        while not books.is_lost and not server.has_lost_its_index:
            if not orders.poll(_LOOK_AGAIN):
                continue
            order = orders.recv_bytes()
            if order == STOP:
                server.stop()
                return 0
            if server.reload(_setup_in(order)):
                books.tell(OBEYED)
    except (EOFError, OSError):
        _log.error("the supervisor is gone; this worker ends")
        server.stop(0.0)
        return 0
    # It would refuse everybody and take connections from those who do not.
    why = "the books cannot be asked any more" if books.is_lost else "the index was taken away"
    _log.error("%s; this worker ends, another will take its place", why)
    server.stop(0.0)
    return FAILED
