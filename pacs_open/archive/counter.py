"""The number of the next commit: one counter an archive, and no number is given twice.

It stands in a file, not in the index: a number that was given stays given, even if the
transaction that took it is rolled back after its record was written. The index transaction is one
at a time, but who sleeps in it loses it to others and wakes up as if nothing had been: so reading
the number and writing the next is locked by itself.
"""

import contextlib
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from pacs_open.archive import disk
from pacs_open.errors import IndexAwayError

_NUMBER = struct.Struct("<Q")
_NAP = 0.001
PATIENCE = 5.0
"""Seconds to wait for another process that counts, which takes no time unless it sleeps."""


class Counter:
    """Counts commits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        with disk.room(path):
            self._descriptor = os.open(path, disk.READ_WRITE | os.O_CREAT, 0o600)

    def last(self) -> int:
        """The highest number given."""
        block = disk.read_at(self._descriptor, _NUMBER.size, 0)
        return int(_NUMBER.unpack(block)[0]) if len(block) == _NUMBER.size else 0

    def next(self) -> int:
        """Give the next number. Raises IndexAwayError: another process sleeps while it counts."""
        with self._locked():
            number = self.last() + 1
            self._write(number)
        return number

    def at_least(self, number: int) -> None:
        """Numbers up to this one are in use: the file may have lost some with the power."""
        with self._locked():
            if self.last() < number:
                self._write(number)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        deadline = time.monotonic() + PATIENCE
        with self._turn:
            while not disk.lock(self._descriptor):
                if time.monotonic() > deadline:
                    raise IndexAwayError(f"{self._path}: another process has held it for long")
                time.sleep(_NAP)
            try:
                yield
            finally:
                disk.unlock(self._descriptor)

    def _write(self, number: int) -> None:
        with disk.room(self._path):
            disk.write_at(self._descriptor, [_NUMBER.pack(number)], 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
