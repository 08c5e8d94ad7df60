"""The number of the next commit: one counter an archive, and no number is given twice.

It stands in a file, not in the index: a number that was given stays given, even if the
transaction that took it is rolled back after its record was written.
"""

import os
import struct
from pathlib import Path

from pacs_open.archive import disk

_NUMBER = struct.Struct("<Q")


class Counter:
    """Counts commits; called only inside the index transaction, which is one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with disk.room(path):
            self._descriptor = os.open(path, disk.READ_WRITE | os.O_CREAT, 0o600)

    def last(self) -> int:
        """The highest number given."""
        block = disk.read_at(self._descriptor, _NUMBER.size, 0)
        return int(_NUMBER.unpack(block)[0]) if len(block) == _NUMBER.size else 0

    def next(self) -> int:
        """Give the next number."""
        number = self.last() + 1
        self._write(number)
        return number

    def at_least(self, number: int) -> None:
        """Numbers up to this one are in use: the file may have lost some with the power."""
        if self.last() < number:
            self._write(number)

    def _write(self, number: int) -> None:
        with disk.room(self._path):
            disk.write_at(self._descriptor, [_NUMBER.pack(number)], 0)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
