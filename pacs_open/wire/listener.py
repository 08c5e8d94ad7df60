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
    """The accept loop of one process. The listening socket may be shared with others."""

    def __init__(self, listening: socket.socket, handle: Handle) -> None:
        self._listening = listening
        self._listening.setblocking(False)  # another process may be faster
        self._handle = handle
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._stopping = threading.Event()

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
                if not self._stopping.is_set():
                    self._accept()

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
        try:
            threading.Thread(
                target=self._handle, args=(sock, address[:2]), name="association", daemon=True
            ).start()
        except (RuntimeError, MemoryError):
            _log.error("cannot start a thread; a connection is dropped")
            with contextlib.suppress(OSError):
                sock.close()
            self._stopping.wait(_BREATHER)
