"""Instances on disk: an append-only log of whole Part 10 objects, durable by group commit.

The log is the truth, the index a view of it. A store streams into a segment of its own; the
index transaction decides whether it stands, gives it its number and writes the record's header,
which makes it exist; it is acknowledged when the segment is on the disk. See
:mod:`pacs_open.archive.record` for the format, :mod:`pacs_open.archive.recovery` for what a
crash leaves.

    DIRECTORY/segments/00000001.log ...   the log
    DIRECTORY/index.sqlite                the view
    DIRECTORY/commits                     the number of the last commit
    DIRECTORY/mark/                       what `reset` goes back to
    DIRECTORY/identity                    of the archive, where the index is on a server
    DIRECTORY/opening.lock, users.lock    who is here
"""

import contextlib
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pacs_open.archive import disk, maintenance, mark
from pacs_open.archive.codec import Codec, identity
from pacs_open.archive.commit import Committer
from pacs_open.archive.counter import Counter
from pacs_open.archive.incoming import Incoming, Outcome, Request, check_uid
from pacs_open.archive.maintenance import Exported, Problem
from pacs_open.archive.pool import Pool
from pacs_open.archive.record import SEGMENT_START, RecordHeader
from pacs_open.archive.recovery import Recovery
from pacs_open.archive.segment import Segment, path_of
from pacs_open.archive.stored import Held, Reader, Stored, examine, opened
from pacs_open.data_sets.part10 import FileMeta
from pacs_open.errors import ArchiveError, IndexUnavailableError
from pacs_open.index import located, search
from pacs_open.index.index import Index
from pacs_open.values import Query

__all__ = ["Archive", "Durability", "Held", "Incoming", "Outcome", "Problem", "Reader", "Stored"]

Durability = Literal["durable", "relaxed"]


class Archive:
    """A directory with the log and its index; thread-safe, and shared by worker processes.

    Forking must happen before an Archive is made.

    Args:
        directory: made if it is not there.
        index_url: an SQLAlchemy URL; None: SQLite inside the directory.
        durability: ``durable``: synced to disk before a commit returns; ``relaxed``: left to
            the operating system (a crash of a process loses nothing, one of the machine may).
        codec: how new records are written; old ones are read by their own.

    Raises:
        ArchiveError: the directory cannot be used.
    """

    def __init__(
        self,
        directory: Path,
        *,
        index_url: str | None = None,
        durability: Durability = "durable",
        codec: Codec = identity,
    ) -> None:
        self.directory = directory
        self.segments = directory / "segments"
        self.codec = codec
        self.durable = durability == "durable"
        self.codecs: Mapping[int, Codec] = {identity.number: identity, codec.number: codec}
        with disk.room(directory):
            disk.make_directory(self.segments)
            self._users = os.open(directory / "users.lock", disk.READ_WRITE | os.O_CREAT, 0o600)
        try:
            self._index_url = index_url
            with self.opening():
                self._start(alone=disk.lock(self._users))
        except BaseException:
            os.close(self._users)
            raise

    def _start(self, *, alone: bool) -> None:
        """Open index and log; called while no other process opens or leaves."""
        maintenance.clear_leftovers(self.directory)
        self.counter = Counter(self.directory / "commits")
        try:
            self._open_index(alone=alone)
        except IndexUnavailableError as error:
            if not (alone and self.index.is_broken(error)):
                raise
            self.index.set_aside()
            self._open_index(alone=alone)
        self._fill_pool()
        self._committer = Committer(self.index, self.counter, self._settled)
        disk.lock(self._users, shared=True)

    def _fill_pool(self) -> None:
        self.pool = Pool(self.segments, adoptable=self._adoptable, retired=self._retired)

    def _open_index(self, *, alone: bool) -> None:
        self.index = Index(self.directory, self._index_url)
        try:
            owner = "" if self.index.path else self._name()
            self.index.create(owner, alone=alone)
            self._recovery(alone=alone).reconcile()
        except BaseException:
            self.index.close()
            raise

    def _name(self) -> str:
        """What tells this archive from others; made up once."""
        path = self.directory / "identity"
        with disk.room(path):
            if not path.exists():
                fresh = path.with_suffix(".new")
                fresh.write_text(secrets.token_hex(16))
                disk.sync_file(fresh)
                fresh.replace(path)
            return path.read_text(encoding="ascii")

    def _recovery(self, *, alone: bool) -> Recovery:
        return Recovery(self.segments, self.index, self.counter, self.codecs, alone)

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """Only one process opens, marks or resets the archive at a time."""
        with contextlib.ExitStack() as stack:
            with disk.room(self.directory):
                stack.enter_context(disk.locked(self.directory / "opening.lock"))
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Have the archive to ourselves.

        Raises:
            ArchiveError: another process has it open.
        """
        with self.opening():
            if not disk.lock(self._users):
                disk.lock(self._users, shared=True)  # asking for more has cost us what we had
                message = f"{self.directory}: is in use; stop the archive first"
                raise ArchiveError(message)
            try:
                yield
            finally:
                disk.lock(self._users, shared=True)

    def receive(
        self,
        *,
        sop_class_uid: str,
        sop_instance_uid: str,
        transfer_syntax: str,
        source_ae_title: str = "",
    ) -> Incoming:
        """Begin to store an instance.

        Raises:
            DimseRefused: 0117H for a SOP Instance UID that is empty, over 64 characters or
                has control characters.
        """
        uid = sop_instance_uid.rstrip("\0 ")
        check_uid(uid, "SOP Instance UID", 0x0117)
        return Incoming(self, FileMeta(sop_class_uid, uid, transfer_syntax, source_ae_title))

    def search(self, query: Query, only: Collection[str] = ()) -> Iterator[Mapping[str, str]]:
        """Matches of a C-FIND: keyword to decoded text, multiple values joined by backslashes.

        All attributes of the level and above that the index keeps; ``only`` these keywords
        (and the unique keys) if some are given, which is cheaper. Memory is bounded, no writer
        waits for the iterator.

        Raises:
            IndexUnavailableError: the index does not answer (A700H).
            DimseRefused: A700H for a key with too many values.
        """
        return search.search(self.index, query, only)

    def locate(self, query: Query) -> located.Located:
        """Instances that a C-GET or C-MOVE identifier names, in commit order, read as needed."""
        return located.locate(self.index, query)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reader]:
        """Open the data sets of instances, one after the other."""
        with contextlib.closing(Reader(self.segments, self.codecs)) as reader:
            yield reader

    def assure(self, held: Held) -> None:
        """Read a whole instance back and see it on the disk, whatever the durability is.

        Raises:
            ArchiveError: its bytes are not those that were stored, or cannot be synced.
        """
        path = path_of(self.segments, held.segment)
        with opened(path, held.offset, held.digest) as (segment, header):
            examine(segment, header, self.codecs)
        with disk.room(path):
            disk.sync_file(path)

    def submit(self, request: Request) -> None:
        """Commit a whole instance to the index, together with others that wait."""
        self._committer.submit(request)

    def doubt(self, segment: Segment, header: RecordHeader) -> None:
        """Keep a segment whose last record may be committed, or not, until it is known."""
        self._committer.doubt(segment, header)

    def _settled(self, segment: Segment, sound: bool) -> None:  # noqa: FBT001 - a callback
        self.pool.give(segment, sound=sound)

    def _leave_log(self) -> None:
        """Give up all leases."""
        self._committer.forget()
        self.pool.close()

    def sync_segment(self, number: int) -> None:
        """Wait until a segment that may be another process' is on the disk."""
        if self.durable:
            path = path_of(self.segments, number)
            with disk.room(path):
                disk.sync_file(path)

    def _adoptable(self, segment: Segment) -> bool:
        indexed, segment.synced = self.index.segment_ends().get(segment.number, (0, 0))
        return segment.end in {indexed, SEGMENT_START} or self._recovery(alone=False).adopt(segment)

    def _retired(self, segments: list[Segment]) -> None:
        for segment in segments:
            segment.sync()
        ends = {segment.number: segment.synced for segment in segments}
        with contextlib.suppress(IndexUnavailableError):  # only makes the next opening slower
            self.index.note_synced(ends)

    def state_hash(self) -> str:
        """SHA-256 over the sorted (SOP Instance UID, data set SHA-256) of all instances."""
        return maintenance.state_hash(self.index)

    def check(self) -> list[Problem]:
        """Read the whole log and compare it with the index."""
        return maintenance.check(self.segments, self.index, self.codecs)

    def rebuild(self) -> int:
        """Make the index anew from the log. Returns the number of instances.

        Raises:
            ArchiveError: another process has the archive open.
        """
        with self.alone():
            self._leave_log()
            try:
                return self._recovery(alone=True).rebuild()
            finally:
                self._fill_pool()

    def export(self, directory: Path) -> Exported:
        """Write loose DICOM files for people; what is damaged is told, the rest is written."""
        return maintenance.export(self.segments, self.index, self.codecs, directory)

    def mark(self) -> None:
        """Remember this state for ``reset``; workers may go on."""
        with self.opening():
            mark.make(self.directory, self.index)

    def reset(self) -> None:
        """Cut back to the mark.

        Raises:
            ArchiveError: there is no mark, or another process has the archive open.
        """
        with self.alone():
            mark.look(self.directory)
            self._leave_log()
            self.index.close()
            self.counter.close()
            try:
                mark.go_back(self.directory)
            finally:
                self._start(alone=True)

    def close(self) -> None:
        """Leave the directory; nothing more can be stored."""
        self._leave_log()
        self.index.close()
        self.counter.close()
        os.close(self._users)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
