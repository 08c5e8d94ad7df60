"""The index brought in line with the log, at every opening: the log is the truth.

What a crash can leave, and what is done about it:

- a half record at the end of a segment: cut off;
- whole records that the index lacks (a worker died between header and commit, or the power
  went before the index was on the disk): put into the index, in the order of their numbers;
- rows whose record never reached the disk (the power went): the index is made anew.

Segments that are in the index up to their end and known to be on the disk are not opened.
Segments of living workers are theirs.
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, delete, func, insert, select

from pacs_open.archive import segment
from pacs_open.archive.codec import Codec
from pacs_open.archive.counter import Counter
from pacs_open.archive.record import SEGMENT_START
from pacs_open.archive.segment import Damage, Segment
from pacs_open.archive.stored import examine
from pacs_open.errors import (
    ArchiveError,
    ArchiveFullError,
    DamagedRecordError,
    IndexUnavailableError,
)
from pacs_open.index import schema
from pacs_open.index.index import Index, segment_ends
from pacs_open.index.placement import existing, kin, note_segment, place, remove

logger = logging.getLogger(__name__)

STEP = 500
"""Records put into the index in one transaction."""
MAXIMUM_OPEN = 64
"""Segments held open at a time."""
Place = tuple[int, int, int]
"""Commit number, segment, offset."""


class _IndexIsAheadError(Exception):
    """The index knows records that the log does not hold."""


@dataclass
class Recovery:
    """One look at all segments of an archive.

    ``alone``: no other process has the archive open, so that the index may be made anew.
    """

    directory: Path
    """Of the segments."""
    index: Index
    counter: Counter
    codecs: Mapping[int, Codec]
    alone: bool

    def reconcile(self) -> None:
        """Bring the index in line with the log.

        Raises:
            ArchiveError: the index is ahead of the log while others work with it.
        """
        ends = self.index.segment_ends()
        try:
            self._catch_up(ends)
        except _IndexIsAheadError as error:
            if not self.alone:
                message = f"{self.directory}: {error}; stop all workers and start again"
                raise ArchiveError(message) from error
            logger.warning("the index is made anew from the log: %s", error)
            self.rebuild()
        with self.index.reading() as connection:
            highest = connection.execute(select(func.max(schema.instances.c.id))).scalar()
        self.counter.at_least(highest or 0)

    def rebuild(self) -> int:
        """Make the index anew from the log; return the number of instances."""
        with self.index.writing() as connection:
            self.index.empty(connection)
            self._set_interrupted(connection, value=True)
        with _Leases(self.directory) as leases:
            places: list[Place] = []
            for number in segment.numbers(self.directory):
                if each := leases.take(number):
                    places += self._tail(each, SEGMENT_START)
            self._replay(places, leases)
        with self.index.writing() as connection:
            self._set_interrupted(connection, value=False)
        return self.index.count()

    def adopt(self, each: Segment) -> bool:
        """Bring a segment in order that we have leased from a dead worker; whether it is now."""
        with self.index.writing() as connection:  # our turn: the dead one's last commit is over
            ends = segment_ends(connection)
        indexed, synced = ends.get(each.number, (SEGMENT_START, SEGMENT_START))
        try:
            self._confirm(each, synced, indexed)
        except _IndexIsAheadError as error:
            logger.error("%s is continued by nobody: %s", each.path, error)  # noqa: TRY400 - said
            return False
        leases = _Leases(self.directory)
        leases.lend(each)
        self._replay(self._tail(each, indexed), leases)
        return True

    def _catch_up(self, ends: Mapping[int, tuple[int, int]]) -> None:
        missing = set(ends) - set(segment.numbers(self.directory))
        if missing:
            raise _IndexIsAheadError(f"segments {sorted(missing)} are missing")
        if self._interrupted():
            raise _IndexIsAheadError("making the index was interrupted")
        places: list[Place] = []
        with _Leases(self.directory) as leases:
            for number in segment.numbers(self.directory):
                indexed, synced = ends.get(number, (SEGMENT_START, SEGMENT_START))
                size = segment.path_of(self.directory, number).stat().st_size
                if not indexed == synced == size and (each := leases.take(number)):
                    self._confirm(each, synced, indexed)
                    places += self._tail(each, indexed)
            self._replay(places, leases)

    def _confirm(self, each: Segment, synced: int, indexed: int) -> None:
        """Records that the index knows but that may not have reached the disk: are they there?"""
        if each.end < indexed:
            raise _IndexIsAheadError(f"{each.path} is shorter than the index says")
        for record in each.scan(synced):
            if record.offset >= indexed:
                break
            if isinstance(record, Damage):
                raise _IndexIsAheadError(f"{each.path} holds no record at {record.offset}")
            try:
                examine(each, record, self.codecs)
            except DamagedRecordError as error:
                raise _IndexIsAheadError(str(error)) from error

    def _tail(self, each: Segment, start: int) -> list[Place]:
        """Records from ``start`` on; a half one at the end is cut off."""
        places: list[Place] = []
        for record in each.scan(start):
            if not isinstance(record, Damage):
                places.append((record.commit, each.number, record.offset))
            elif record.tail:
                logger.warning("%s: %d bytes of a half record cut off", each.path, record.length)
                each.cut(record.offset)
            else:
                logger.error("%s: damaged at %d, passed over", each.path, record.offset)
        return places

    def _replay(self, places: list[Place], leases: "_Leases") -> None:
        """Put records into the index in commit order, then say that these segments are in."""
        places.sort()
        for start in range(0, len(places), STEP):
            self._put_all(places[start : start + STEP], leases)
        with self.index.writing() as connection:
            for number in leases.taken:
                if each := leases.take(number):
                    each.sync()
                    note_segment(connection, number, each.end, each.synced)
        self.counter.at_least(max((commit for commit, _, _ in places), default=0))

    def _put_all(self, places: list[Place], leases: "_Leases") -> None:
        """In one transaction; one that the index refuses must not keep the others out."""
        try:
            with self.index.writing() as connection:
                for _, number, offset in places:
                    if each := leases.take(number):
                        self._put(connection, each, offset)
        except (IndexUnavailableError, ArchiveFullError):
            raise
        except ArchiveError as error:
            if len(places) == 1:
                _, number, offset = places[0]
                path = segment.path_of(self.directory, number)
                logger.error("%s: found by nobody at %d: %s", path, offset, error)  # noqa: TRY400
                return
            for one in places:
                self._put_all([one], leases)

    def _put(self, connection: Connection, each: Segment, offset: int) -> None:
        header = each.header_at(offset)
        if header is None:  # pragma: no cover - it was there a moment ago
            return
        try:
            entry = examine(each, header, self.codecs)
        except DamagedRecordError as error:
            logger.error("%s", error)  # noqa: TRY400 - the message says it all
            return
        row = existing(connection, entry.sop_instance_uid)
        if row is not None:
            if row.id >= header.commit:
                return  # something newer stands there
            remove(connection, row)
        place(connection, entry, header.commit, (each.number, offset), kin(connection, entry))

    def _interrupted(self) -> bool:
        with self.index.reading() as connection:
            query = select(schema.state.c.value).where(schema.state.c.name == "interrupted")
            return connection.execute(query).scalar() is not None

    def _set_interrupted(self, connection: Connection, *, value: bool) -> None:
        connection.execute(delete(schema.state).where(schema.state.c.name == "interrupted"))
        if value:
            row = {"name": "interrupted", "value": "yes"}
            connection.execute(insert(schema.state), row)


class _Leases:
    """Segments that nobody owns, leased for a while; open files stay few."""

    def __init__(self, directory: Path) -> None:
        self.taken: list[int] = []
        """Numbers of all that could be leased."""
        self._directory = directory
        self._open: OrderedDict[int, Segment] = OrderedDict()

    def take(self, number: int) -> Segment | None:
        """Lease a segment; None if it is a living worker's, empty, or damaged."""
        if number in self._open:
            self._open.move_to_end(number)
            return self._open[number]
        try:
            each = Segment.open(segment.path_of(self._directory, number), lease=True)
        except ArchiveError as error:
            logger.error("%s", error)  # noqa: TRY400 - the message says it all
            return None
        if each is None:
            return None
        if len(self._open) >= MAXIMUM_OPEN:
            self._open.popitem(last=False)[1].close()
        if number not in self.taken:
            self.taken.append(number)
        self._open[number] = each
        return each

    def lend(self, each: Segment) -> None:
        """Let it be used, but not closed, as one of these."""
        self.taken.append(each.number)
        self._open[each.number] = each

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for each in self._open.values():
            each.close()
