"""A recording relay: what the wire shows to whoever sits between two devices.

It passes bytes on unchanged and keeps a copy of each direction, up to a bound. It listens on
loopback unless told where else.
"""

import contextlib
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from lab.target import Door

KEEP = 64 * 1024 * 1024
"""Bytes of each direction that are kept; more passes unrecorded."""
STEP = 65536
SHORTEST = 4
"""Bytes; a shorter piece of a name would be found by chance."""

CHARACTER_SETS = ("utf-8", "latin-1", "iso8859_9", "iso2022_jp", "iso2022_jp_2", "shift_jis")
"""Python's names for the specific character sets of names on the wire (PS3.3 C.12.1.1.2)."""


class Tap:
    """A context manager: a relay to a door, at ``address``."""

    def __init__(self, door: Door, listens_on: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        self._door = door
        self._listening = socket.create_server(listens_on)
        self._lock = threading.Lock()
        self._kept = {"to": bytearray(), "from": bytearray()}
        self._open: list[socket.socket] = []
        self._ended = threading.Semaphore(0)
        self.connections = 0

    @property
    def door(self) -> Door:
        """The relay's own door; TLS passes through it untouched."""
        host, port = self._listening.getsockname()[:2]
        return replace(self._door, host=host, port=port)

    @property
    def recorded(self) -> bytes:
        """What the archive said, then what was said to it."""
        return self.recorded_from + self.recorded_to

    @property
    def recorded_to(self) -> bytes:
        """What was said to the archive."""
        with self._lock:
            return bytes(self._kept["to"])

    @property
    def recorded_from(self) -> bytes:
        """What the archive said."""
        with self._lock:
            return bytes(self._kept["from"])

    def await_end(self, within: float) -> bool:
        """Wait until both directions of one more conversation are over; False if that is late."""
        return all(self._ended.acquire(timeout=within) for _ in ("to", "from"))

    def finds(self, names: Iterable[str]) -> list[str]:
        """Which of these texts crossed the wire in the clear, in any usual character set."""
        recorded = self.recorded
        return [name for name in names if any(piece in recorded for piece in spellings(name))]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # wakes the accepting thread on every system
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            left, self._open = self._open, []
        for sock in left:
            _hang_up(sock)

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            self._join(caller)

    def _join(self, caller: socket.socket) -> None:
        try:
            archive = socket.create_connection((self._door.host, self._door.port), timeout=10)
        except OSError:
            _hang_up(caller)
            self._ended.release(2)
            return
        archive.settimeout(None)
        for sock in (caller, archive):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open += [caller, archive]
            self.connections += 1
        for source, sink, way in ((caller, archive, "to"), (archive, caller, "from")):
            threading.Thread(target=self._pass_on, args=(source, sink, way), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(STEP):
                with self._lock:
                    if len(self._kept[way]) < KEEP:
                        self._kept[way] += data
                sink.sendall(data)
        with contextlib.suppress(OSError):  # the other direction may have more to say
            sink.shutdown(socket.SHUT_WR)
        self._ended.release()


def _hang_up(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def spellings(name: str) -> Sequence[bytes]:
    """How a person name may look on the wire: each component group in each character set.

    Component groups are joined by "=" (PS3.5 6.2.1.1). A group too short to be told from
    chance is left out.
    """
    found: dict[bytes, None] = {}
    for group in name.split("="):
        for character_set in CHARACTER_SETS:
            with contextlib.suppress(UnicodeEncodeError):
                encoded = group.encode(character_set)
                if len(encoded) >= SHORTEST:
                    found[encoded] = None
    return tuple(found)
