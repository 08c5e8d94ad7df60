"""A segment of the log: one file, written by one owner, at its end only."""

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pacs_open.archive import disk
from pacs_open.archive.record import (
    ALIGNMENT,
    HEADER_SIZE,
    SEGMENT_START,
    RecordHeader,
    aligned,
    decode_header,
    decode_identity,
    encode_identity,
)
from pacs_open.errors import ArchiveError, DamagedRecordError

SUFFIX = ".log"
_SEARCH = 1024 * 1024


def path_of(directory: Path, number: int) -> Path:
    """Where a segment lies."""
    return directory / f"{number:08d}{SUFFIX}"


def numbers(directory: Path) -> list[int]:
    """All segments of a directory, in order."""
    stems = (path.stem for path in directory.iterdir() if path.suffix == SUFFIX)
    return sorted(int(stem) for stem in stems if stem.isdecimal())


@dataclass(frozen=True)
class Damage:
    """A stretch of a segment that holds no record."""

    offset: int
    length: int
    tail: bool
    """What a store leaves behind that was cut off by a crash, and nothing valid follows. A header
    that is damaged may have been acknowledged once: that is never a tail."""


class Segment:
    """An open segment. Reading needs no lease; writing is the owner's alone."""

    def __init__(self, path: Path, descriptor: int, identity: bytes) -> None:
        self.path = path
        self.number = int(path.stem)
        self.descriptor = descriptor
        self.identity = identity
        self.end = aligned(os.fstat(descriptor).st_size)
        """Where the next record goes."""
        self.synced = 0
        """Everything before it is known to be on the disk."""

    @classmethod
    def create(cls, directory: Path, number: int) -> "Segment | None":
        """Make a new segment and lease it; None if the number is taken."""
        path = path_of(directory, number)
        with disk.room(directory):
            try:
                descriptor = os.open(path, disk.READ_WRITE | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return None
            if not disk.lock(descriptor):  # somebody who cleans up was faster
                os.close(descriptor)
                return None
            segment = cls.begin(path, descriptor)
            disk.sync_directory(directory)
        return segment

    @classmethod
    def begin(cls, path: Path, descriptor: int) -> "Segment":
        """Write the identity block of an empty segment that is leased already."""
        identity = secrets.token_bytes(16)
        try:
            disk.write_at(descriptor, [encode_identity(identity, int(path.stem))], 0)
            disk.sync(descriptor)
        except OSError:
            os.ftruncate(descriptor, 0)
            os.close(descriptor)
            raise
        return cls(path, descriptor, identity)

    @classmethod
    def open(cls, path: Path, *, lease: bool = False) -> "Segment | None":
        """Open a segment; None if it is empty, or if a lease is asked and somebody has it."""
        try:
            descriptor = os.open(path, disk.READ_WRITE if lease else disk.READ_ONLY)
        except OSError as error:
            message = f"{path}: cannot be opened ({error.strerror})"
            raise ArchiveError(message) from error
        if lease and not disk.lock(descriptor):
            os.close(descriptor)
            return None
        block = disk.read_at(descriptor, SEGMENT_START, 0)
        identity = decode_identity(block, int(path.stem))
        if identity is not None:
            return cls(path, descriptor, identity)
        if lease and not block.strip(b"\0"):  # its creator died before it wrote a record
            with disk.room(path):
                return cls.begin(path, descriptor)
        os.close(descriptor)
        if not block.strip(b"\0"):
            return None
        message = (
            f"{path}: is not a segment of this archive, or one of another version of pacslab; it "
            "is left as it is and not served (the version that wrote it can export it)"
        )
        raise ArchiveError(message)

    def append(self, offset: int, parts: Sequence[bytes | bytearray | memoryview]) -> int:
        """Write behind ``offset``, which must not lie before the end; return the length."""
        with disk.room(self.path):
            return disk.write_at(self.descriptor, parts, offset)

    def seal(self, header: RecordHeader) -> None:
        """Write the header of a record whose body is written: from now on it exists."""
        with disk.room(self.path):
            disk.write_at(self.descriptor, [header.encode(self.identity)], header.offset)

    def cut(self, offset: int) -> None:
        """Take back everything from ``offset`` on."""
        with disk.room(self.path):
            os.ftruncate(self.descriptor, offset)
        self.end = offset
        self.synced = min(self.synced, offset)

    def pad(self, end: int) -> None:
        """Round the file up to where the next record starts."""
        with disk.room(self.path):
            os.ftruncate(self.descriptor, end)
        self.end = end

    def sync(self) -> None:
        """Wait until all records are on the disk."""
        end = self.end
        with disk.room(self.path):
            disk.sync(self.descriptor)
        self.synced = max(self.synced, end)

    def read(self, size: int, offset: int) -> bytes:
        """Read up to ``size`` bytes; fewer only at the end.

        Raises:
            DamagedRecordError: the disk cannot read them.
        """
        try:
            return disk.read_at(self.descriptor, size, offset)
        except OSError as error:
            message = f"{self.path}: cannot be read at {offset} ({error.strerror})"
            raise DamagedRecordError(message) from error

    def header_at(self, offset: int) -> RecordHeader | None:
        """The header of the record at ``offset``, if there is one that fits into the file."""
        block = self.read(HEADER_SIZE, offset)
        header = decode_header(block, self.identity, offset)
        if header is None or header.body + header.stored_length > self.size():
            return None
        return header

    def scan(self, start: int = SEGMENT_START) -> Iterator[RecordHeader | Damage]:
        """Go through the records from ``start`` on; damage is passed over and told."""
        offset = aligned(max(start, SEGMENT_START))
        while offset < self.size():
            header = self.header_at(offset)
            if header is None:
                following = self._search(offset + ALIGNMENT)
                until = self.size() if following is None else following
                tail = following is None and self._is_unfinished(offset)
                yield Damage(offset, until - offset, tail=tail)
                offset = until
            else:
                yield header
                offset = header.end

    def _is_unfinished(self, offset: int) -> bool:
        """Whether a store stopped here: the header is blank yet, or sound and ahead of its body."""
        block = self.read(HEADER_SIZE, offset)
        return not any(block) or decode_header(block, self.identity, offset) is not None

    def _search(self, offset: int) -> int | None:
        """The next place that holds a whole header."""
        while block := self.read(_SEARCH, offset):
            for inside in range(0, len(block), ALIGNMENT):
                place = offset + inside
                if block.startswith(b"PACSREC", inside) and self.header_at(place) is not None:
                    return place
            offset += len(block)
        return None

    def size(self) -> int:
        """Bytes of the file now."""
        return os.fstat(self.descriptor).st_size

    def close(self) -> None:
        """Give the lease back, if there is one."""
        os.close(self.descriptor)
