"""One process per core behind one port.

The supervisor binds the port, keeps the books in a single thread, starts the workers and a new
one for each that dies. It has no thread of its own, so that forking is safe, and no DICOM: a
peer's bytes never reach it. Without ``os.fork`` there is one worker, in this very process.
"""

import contextlib
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Final, NoReturn

from pacs_open import logs, reloading
from pacs_open.bookkeeping import Keeper, Question
from pacs_open.child import Child
from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.errors import PacsError, UnobservedError
from pacs_open.ledger import Book, LocalLedger
from pacs_open.reloading import Again, Setup
from pacs_open.server import Server, books_of
from pacs_open.stack import Stack
from pacs_open.values import Event, Moment
from pacs_open.wire import listener
from pacs_open.worker import FAILED, OBEYED, RELOAD, STOP, Report, live

_log = logging.getLogger(__name__)

GRACE: Final = 5.0
"""Seconds beyond ``stop_within`` after which a worker that does not end is killed."""
_RESTARTS: Final = 5
_RESTARTS_WITHIN: Final = 10.0
"""At most so many restarts in so many seconds; then each waits for its turn."""

Announce = Callable[[str, int], None]
"""Told host and port once connections are accepted."""


def run(
    config: Config, controls: Sequence[Control], announce: Announce, again: Again | None = None
) -> None:
    """Serve until TERM or INT; HUP reads the settings anew.

    ``again`` reads them; if None, the controls look at their files once more, and that is all.

    Raises:
        PacsError: it cannot start (port, key, archive), in one line.
    """
    if not hasattr(os, "fork"):
        _run_alone(config, controls, announce)
        return
    connection = config.network_connection
    with contextlib.closing(listener.bind(connection.host, connection.port)) as listening:
        Supervisor(Setup(config, controls), listening, again).run(announce)


def _run_alone(config: Config, controls: Sequence[Control], announce: Announce) -> None:
    """One worker, no supervisor: where processes cannot share a port."""
    woken, wake = socket.socketpair()
    names = [name for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)]
    numbers = [signal.Signals[name] for name in names]
    before = [signal.signal(number, lambda *_: wake.send(b"!")) for number in numbers]
    with woken, wake:
        try:
            with Server(config, controls) as server:
                announce(*server.address)
                woken.recv(1)
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)


class Supervisor:
    """Keeps the books and the workers."""

    def __init__(self, setup: Setup, listening: socket.socket, again: Again | None = None) -> None:
        self._setup = setup
        self._again = again
        self._news: Event | None = None
        """What a reload has changed, until every worker obeys."""
        self._facts = reloading.facts(setup) if again is not None else {}
        self._listening = listening
        books: dict[str, Book] = books_of(setup.controls)
        self._keeper = Keeper(books)
        self._ledger = LocalLedger(books, worker="supervisor")
        self._stack = Stack(setup.controls, self._ledger)
        self._workers: list[Child] = []
        self._started = 0
        self._restarts: list[float] = []
        self._missing = 0
        self._is_up = False
        self._signals: list[int] = []
        self._woken, self._wake = socket.socketpair()
        self._heard = selectors.DefaultSelector()
        """Tells which worker has a question, or is dead; None: a signal has come."""
        self._heard.register(self._woken, selectors.EVENT_READ)

    def run(self, announce: Announce) -> None:
        """Start the workers, serve until told to stop, stop them. Raises PacsError."""
        self._listen_to_signals()
        try:
            for _ in range(self._setup.config.workers.count or os.cpu_count() or 1):
                worker = self._first_fork()  # in turn: the first may have to make the index
                while not worker.serves and not self._is_stopping:
                    self._turn()
            self._stack.observe(Event(Moment.STARTED))
            self._is_up = True
            announce(*self._listening.getsockname()[:2])
            while not self._is_stopping:
                self._turn(1.0 if self._missing else None)
        finally:
            self._stop()

    # -- signals

    def _listen_to_signals(self) -> None:
        self._wake.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._signals.append(number)

    # -- the loop

    def _turn(self, within: float | None = None) -> None:
        """Wait for questions, deaths and signals; deal with what there is."""
        for ready, _ in self._heard.select(within):
            if ready.data is not None:
                self._hear(ready.data)
            else:
                self._woken.recv(64)
        while signal.SIGHUP in self._signals:
            self._signals.remove(signal.SIGHUP)
            self._reload()
        self._tell_once_all_obey()
        self._replace_missing()

    def _reload(self) -> None:
        """Read the settings anew, once for all workers; what cannot be obeyed changes nothing."""
        order = RELOAD
        if self._again is not None:
            try:
                change = reloading.read(self._again, self._setup, self._facts, self._ledger)
            except Exception as error:  # of any fault but our own only the type is safe to tell
                why = error if isinstance(error, PacsError) else type(error).__name__
                _log.error("not reloaded, all stays as it was: %s", why)
                return
            self._setup, self._facts = change.setup, change.facts
            self._stack = Stack(change.setup.controls, self._ledger)
            order += change.pickled
            self._news = Event(Moment.RELOADED, why=change.told)
            with contextlib.suppress(UnobservedError):  # a full trail must not keep anybody in
                self._stack.observe(self._news)
        for worker in self._workers:
            worker.obeys = False
            worker.order(order)

    def _tell_once_all_obey(self) -> None:
        if self._news is not None and all(worker.obeys for worker in self._workers):
            logs.log_event(self._news)
            self._news = None

    def _hear(self, worker: Child) -> None:
        """A worker asks, reports, or is dead."""
        try:
            heard = self._keeper.receive(worker.questions)
            if isinstance(heard, Question):
                self._keeper.answer(worker.name, heard, worker.questions)
        except (EOFError, OSError):
            self._bury(worker)
            return
        worker.obeys |= heard == OBEYED
        if isinstance(heard, Report):
            worker.serves = heard.fault is None
            self._complain(heard.fault)

    def _complain(self, fault: PacsError | None) -> None:
        """At the start a fault ends it all; later it is a line in the log."""
        if fault is not None and not self._is_up and not self._is_stopping:
            raise fault
        if fault is not None:
            _log.error("a worker cannot start: %s", fault)

    def _bury(self, worker: Child) -> None:
        """A worker is dead: reap it, and release what it held in the books."""
        _, status = os.waitpid(worker.pid, 0)
        self._workers.remove(worker)
        self._heard.unregister(worker.questions)
        worker.close()
        self._keeper.release(worker.name)
        if self._is_stopping:
            return
        code = os.waitstatus_to_exitcode(status)
        if not self._is_up:
            message = f"{worker.name} ended with {code} before it could serve"
            raise PacsError(message)
        self._missing += 1
        _log.error("%s (process %d) ended with %d", worker.name, worker.pid, code)

    @property
    def _is_stopping(self) -> bool:
        return signal.SIGTERM in self._signals or signal.SIGINT in self._signals

    def _replace_missing(self) -> None:
        now = time.monotonic()
        self._restarts = [moment for moment in self._restarts if now - moment < _RESTARTS_WITHIN]
        while self._missing and len(self._restarts) < _RESTARTS and not self._is_stopping:
            self._restarts.append(now)
            try:
                self._fork()
            except OSError as error:  # no process, no memory: those that live go on serving
                _log.error("no worker can be started: %s", error.strerror)
                return
            self._missing -= 1

    # -- starting and stopping

    def _first_fork(self) -> Child:
        try:
            return self._fork()
        except OSError as error:
            raise PacsError(f"no worker process can be started ({error.strerror})") from error

    def _fork(self) -> Child:
        self._started += 1
        worker = Child(self._started)
        sys.stdout.flush()
        sys.stderr.flush()
        try:
            worker.pid = os.fork()
        except OSError:
            for end in (worker.ledger, worker.orders):
                end.close()
            worker.close()
            raise
        if worker.pid == 0:
            for other in self._workers:  # or their deaths would go unnoticed
                other.close()
            worker.close()
            self._heard.close()
            self._woken.close()
            self._wake.close()
            self._live(worker)
        worker.ledger.close()
        worker.orders.close()
        self._workers.append(worker)
        self._heard.register(worker.questions, selectors.EVENT_READ, worker)
        return worker

    def _live(self, worker: Child) -> NoReturn:
        """The child's whole life; it must not return into the supervisor's code."""
        status = FAILED
        try:
            status = live(self._setup, self._listening, worker.ledger, worker.orders)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _stop(self) -> None:
        """Stop all workers, keep the books until the last is gone, close them."""
        self._signals.append(signal.SIGTERM)
        self._listening.close()
        for worker in self._workers:
            worker.order(STOP)
        deadline = time.monotonic() + self._setup.config.workers.stop_within + GRACE
        while self._workers and (left := deadline - time.monotonic()) > 0:
            self._turn(left)
        for worker in list(self._workers):
            _log.error("%s does not end; it is killed", worker.name)
            os.kill(worker.pid, signal.SIGKILL)
            self._bury(worker)
        try:
            if self._is_up:
                self._stack.observe(Event(Moment.STOPPED))
        finally:
            self._keeper.close()
            signal.set_wakeup_fd(-1)
            self._heard.close()
            self._woken.close()
            self._wake.close()
