"""Accepts connections, each on a thread of its own; nothing slow happens here.

No handshake, no read: a silent peer costs one waiting thread and delays nobody.
"""

import contextlib
import logging
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Final

from pacs_open.errors import ConfigurationError

_log = logging.getLogger(__name__)

BACKLOG: Final = 128
"""Connections the system keeps for us until they are accepted."""
_BREATHER: Final = 0.1
"""Seconds to wait when the system has no descriptors or threads left."""

HEAD_START: Final = 0.0005
"""Seconds that a process leaves to the others, for each connection that it has, before it accepts
one more: about what it takes to wake up and be faster."""
_MOST_HEAD_STARTS: Final = 3
"""Connections that count for it, so that many quiet ones do not make everybody slow."""

_FREE: Final = 4
"""Threads that wait while there is nothing to do. To start one costs as much as to read an
A-ASSOCIATE-RQ and to answer it."""

Handle = Callable[[socket.socket, tuple[str, int]], None]


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        ConfigurationError: the port is in use or may not be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if socket.SO_REUSEADDR and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            # Not on Windows, where it would let a second archive steal the port.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        message = f"cannot listen on {host}:{port}: {error.strerror}; is another archive running?"
        raise ConfigurationError(message) from error
    return sock


class Listener:
    """Threads of one process that accept, each in its turn, and serve what they have accepted.

    Whoever has accepted passes the turn on before it serves, and stands in line again when it is
    done: a connection finds its thread already there, and needs no new one.

    Args:
        listening: the socket.
        handle: called for each connection, on a thread that is its own until it returns.
        shared: whether other processes accept from the same socket.
    """

    def __init__(self, listening: socket.socket, handle: Handle, *, shared: bool = False) -> None:
        self._shared = shared
        self._listening = listening
        self._listening.setblocking(False)  # another process may be faster
        self._handle = handle
        self._wake, self._woken = socket.socketpair()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._listening, selectors.EVENT_READ)
        self._ready.register(self._woken, selectors.EVENT_READ)
        self._stopping = threading.Event()
        self._turn = threading.Lock()
        """Held by the thread that accepts."""
        self._changed = threading.Condition()
        self._free = 0
        """Threads that have the turn or wait for it."""
        self._served = 0

    def start(self) -> None:
        """Begin to accept."""
        with self._changed:
            for _ in range(_FREE):
                self._add_thread()

    def stop(self) -> None:
        """Accept no more and close this process's hold on the port."""
        self._stopping.set()
        self._wake.close()
        with self._changed:
            self._changed.wait_for(lambda: not self._free)
        self._ready.close()
        self._woken.close()
        self._listening.close()

    def _add_thread(self) -> None:
        """One more that waits for its turn. Raises RuntimeError or MemoryError."""
        threading.Thread(target=self._run, name="association", daemon=True).start()
        self._free += 1

    def _run(self) -> None:
        """The life of a thread: accept, serve, and again while few are free."""
        while (accepted := self._take_turn()) is not None:
            try:
                self._handle(*accepted)
            finally:
                with self._changed:
                    self._served -= 1
            if not self._stands_in_line():
                return

    def _take_turn(self) -> tuple[socket.socket, tuple[str, int]] | None:
        """A connection to serve; None at the stop. Who leaves without one stands in no line."""
        accepted = None
        try:
            with self._turn:
                accepted = self._next()
        finally:
            if accepted is None:  # whatever the reason: nobody must wait for this thread
                with self._changed:
                    self._free -= 1
                    self._changed.notify_all()
        return accepted

    def _next(self) -> tuple[socket.socket, tuple[str, int]] | None:
        """The next connection, once another thread can have the turn; None at the stop."""
        while True:
            self._ready.select()
            self._give_way()
            if self._stopping.is_set():
                return None
            accepted = self._accept()
            if accepted is not None and self._has_successor(accepted[0]):
                return accepted

    def _give_way(self) -> None:
        """Let a process that has less to do be faster, so that all have about as much."""
        if self._shared and self._served:
            self._stopping.wait(min(self._served, _MOST_HEAD_STARTS) * HEAD_START)

    def _accept(self) -> tuple[socket.socket, tuple[str, int]] | None:
        """Accept one connection, if it is still there."""
        try:
            sock, address = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return None
        except OSError as error:
            _log.error("cannot accept: %s", error.strerror)
            self._stopping.wait(_BREATHER)
            return None
        return sock, address[:2]

    def _has_successor(self, sock: socket.socket) -> bool:
        """Whether another thread can accept while this one serves; else the connection is over."""
        try:
            with self._changed:
                if self._free == 1:
                    self._add_thread()
                self._free -= 1
                self._served += 1
        except (RuntimeError, MemoryError):
            _log.error("cannot start a thread; a connection is dropped")
            with contextlib.suppress(OSError):
                sock.close()
            self._stopping.wait(_BREATHER)
            return False
        return True

    def _stands_in_line(self) -> bool:
        """Whether a thread whose connection is over waits for another; else it ends."""
        with self._changed:
            is_needed = self._free < _FREE and not self._stopping.is_set()
            self._free += is_needed
        return is_needed
