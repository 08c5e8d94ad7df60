"""Accepts connections and gives each its own thread; nothing slow happens here.

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
    """The accept loop of one process.

    Args:
        listening: the socket.
        handle: called for each connection, on a thread of its own.
        shared: whether other processes accept from the same socket.
    """

    def __init__(self, listening: socket.socket, handle: Handle, *, shared: bool = False) -> None:
        self._shared = shared
        self._listening = listening
        self._listening.setblocking(False)  # another process may be faster
        self._handle = handle
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._stopping = threading.Event()
        self._served = 0
        self._counting = threading.Lock()

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more and close this process's hold on the port."""
        self._stopping.set()
        self._wake.close()
        if self._thread.is_alive():
            self._thread.join()
        self._woken.close()
        self._listening.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                self._give_way()
                if not self._stopping.is_set():
                    self._accept()

    def _give_way(self) -> None:
        """Let a process that has less to do be faster, so that all have about as much."""
        if self._shared and self._served:
            self._stopping.wait(min(self._served, _MOST_HEAD_STARTS) * HEAD_START)

    def _accept(self) -> None:
        """Accept one connection: the next may be for another process that has less to do."""
        try:
            sock, address = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionError):
            return
        except OSError as error:
            _log.error("cannot accept: %s", error.strerror)
            self._stopping.wait(_BREATHER)
            return
        self._count(+1)
        try:
            threading.Thread(
                target=self._serve, args=(sock, address[:2]), name="association", daemon=True
            ).start()
        except (RuntimeError, MemoryError):
            self._count(-1)
            _log.error("cannot start a thread; a connection is dropped")
            with contextlib.suppress(OSError):
                sock.close()
            self._stopping.wait(_BREATHER)

    def _serve(self, sock: socket.socket, address: tuple[str, int]) -> None:
        try:
            self._handle(sock, address)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self._served += change
