"""The segments that one process writes to: leased while it lives, adopted by others after."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pacs_open.archive.segment import Segment, numbers, path_of
from pacs_open.errors import ArchiveError

logger = logging.getLogger(__name__)

LONGEST_SEGMENT = 1024 * 1024 * 1024
"""Bytes after which a segment gets no further record."""


class Pool:
    """Leased segments, each given to one store at a time.

    Args:
        directory: where the segments lie.
        adoptable: whether a segment that nobody owns is in order, so that it may be continued.
        retired: told of a segment before its lease is given back.
        limit: bytes after which a segment gets no further record.
        keep: leases kept without use, so that open files stay few.
    """

    def __init__(
        self,
        directory: Path,
        *,
        adoptable: Callable[[Segment], bool],
        retired: Callable[[list[Segment]], None],
        limit: int = LONGEST_SEGMENT,
        keep: int = 8,
    ) -> None:
        self._directory = directory
        self._adoptable = adoptable
        self._retired = retired
        self._limit = limit
        self._keep = keep
        self._free: list[Segment] = []
        self._lock = threading.Lock()
        self._closed = False
        self._aside = ThreadPoolExecutor(1, "retirement")

    def take(self) -> Segment:
        """Lease a segment that has room: a free one, one left by a dead worker, a new one."""
        with self._lock:
            if self._closed:
                message = f"{self._directory}: the archive is closed"
                raise ArchiveError(message)
            if self._free:
                return self._free.pop()
        return self._adopt() or self._create()

    def give(self, segment: Segment, *, sound: bool = True) -> None:
        """Take a segment back; one that is full, or not sound, gets no further record."""
        with self._lock:
            if (
                sound
                and segment.end < self._limit
                and len(self._free) < self._keep
                and not self._closed
            ):
                self._free.append(segment)
                return
            if sound and segment.end >= self._limit and not self._closed:
                self._aside.submit(self._retire_aside, segment)
                return
        self._retire([segment] if sound else [], [segment])

    def close(self) -> None:
        """Give all leases back; a segment in use follows when its store ends."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        self._aside.shutdown()
        self._retire(free, free)

    def _retire_aside(self, segment: Segment) -> None:
        """Retire a full one: no answer to a peer waits while a gigabyte is synced."""
        try:
            self._retire([segment], [segment])
        except ArchiveError as error:
            logger.warning(
                "%s; the next to open the archive looks whether all of it is there", error
            )

    def _retire(self, sound: list[Segment], segments: list[Segment]) -> None:
        try:
            self._retired(sound)
        finally:
            for segment in segments:
                segment.close()

    def _adopt(self) -> Segment | None:
        for number in numbers(self._directory):
            path = path_of(self._directory, number)
            if path.stat().st_size >= self._limit:
                continue
            try:
                segment = Segment.open(path, lease=True)
            except ArchiveError:
                continue  # damaged: `check` tells
            if segment is None:
                continue
            adopted = False
            try:
                adopted = self._adoptable(segment)
            finally:
                if not adopted:
                    segment.close()
            if adopted:
                return segment
        return None

    def _create(self) -> Segment:
        number = max(numbers(self._directory), default=0) + 1
        while (segment := Segment.create(self._directory, number)) is None:
            number += 1
        return segment
