"""What was moved to a station whose listening AE stands all the time: noted, and read by orders.

The main process notes each instance in a file before it answers; an order reads what came since
it began. No image is kept.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from lab.conversation import SUCCESS
from lab.delivery import Delivered
from lab.inbox import Arrival
from lab.peers.workstation import Note

FILE = "arrivals.jsonl"
NO_ROOM = 0xA700
"""Refused: Out of Resources (PS3.4 B.2.3)."""
LOOK_EVERY = 0.1
"""Seconds between two looks at the file while an order waits."""


class Notebook:
    """The writing side; one for all listeners of a station."""

    def __init__(self, run: Path) -> None:
        self._lock = threading.Lock()
        self._file = (run / FILE).open("wb", buffering=0)

    def receiver(self, *, tls: bool) -> Callable[[Delivered], int]:
        """Takes what arrives at one listener."""

        def take(delivered: Delivered) -> int:
            noted = {
                "uid": delivered.sop_instance_uid,
                "sha256": hashlib.sha256(delivered.data_set).hexdigest(),
                "from": delivered.from_address,
                "tls": tls,
            }
            try:
                with self._lock:
                    self._file.write(json.dumps(noted).encode() + b"\n")
            except OSError:
                return NO_ROOM
            return SUCCESS

        return take

    def close(self) -> None:
        """No more arrives."""
        self._file.close()


class Standing:
    """The reading side, while an order has images moved here: a context manager."""

    def __init__(self, run: Path, note: Note) -> None:
        self._file = (run / FILE).open("rb")
        self._file.seek(0, 2)
        self._note = note
        self._lock = threading.Lock()
        self._arrivals: list[Arrival] = []
        self._half = b""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """One for each instance that arrived by now."""
        self._read()
        with self._lock:
            return tuple(self._arrivals)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._read()
        self._file.close()

    def _follow(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            self._read()

    def _read(self) -> None:
        """Note what is new; a line that is still being written waits for its end."""
        with self._lock:
            *lines, self._half = (self._half + self._file.read()).split(b"\n")
            for line in lines:
                said = json.loads(line)
                self._arrivals.append(Arrival(said["from"], said["tls"]))
                self._note(said["uid"], said["sha256"])
