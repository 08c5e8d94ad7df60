"""An instance that arrives: streamed into a segment, and visible only when it is whole."""

import zlib
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from pacs_open.archive.codec import Codec
from pacs_open.archive.digest import Digest
from pacs_open.archive.pool import Pool
from pacs_open.archive.record import HEADER_SIZE, RecordHeader, aligned
from pacs_open.archive.segment import Segment
from pacs_open.archive.stored import IMPLICIT_VR_LITTLE_ENDIAN
from pacs_open.data_sets.head import HeadScanner
from pacs_open.data_sets.part10 import FileMeta
from pacs_open.errors import ArchiveError, CommitInDoubtError, IndexBehindError
from pacs_open.index.entry import Entry, describe
from pacs_open.refusals import DimseRefused
from pacs_open.values import LONGEST_UID, Head, Record

BATCH = 127 * 1024
"""Bytes that are gathered before they are written: about what a P-DATA-TF PDU brings."""


class Outcome(StrEnum):
    """What a commit did."""

    STORED = "stored"
    REPLACED = "replaced"
    """Other bytes stood under this SOP Instance UID; they are found no more."""
    REPEATED = "repeated"
    """The same data set was there already; nothing was written."""


class Request:
    """A whole instance that waits for its commit."""

    def __init__(
        self,
        entry: Entry,
        head: Head,
        decide: Callable[[Record], None],
        seal: Callable[[int, int], tuple[Segment, RecordHeader]],
    ) -> None:
        self.entry = entry
        self.head = head
        self.decide = decide
        self.seal = seal
        """Takes the commit number and the one it replaces; makes the record exist."""
        self.outcome = Outcome.STORED
        self.repeated_in: int | None = None
        """The segment that holds the repeated instance."""
        self.error: BaseException | None = None
        self.done = False


class Store(Protocol):
    """What an incoming instance needs of its archive."""

    pool: Pool
    codec: Codec
    durable: bool

    def submit(self, request: Request) -> None:
        """Commit to the index, or raise."""

    def doubt(self, segment: Segment, header: RecordHeader) -> None:
        """Take a segment whose last record may be committed, or not."""

    def sync_segment(self, number: int) -> None:
        """Wait until a segment that may be another process' is on the disk."""


def check_uid(uid: str, what: str, status: int) -> None:
    """Refuse a UID that is empty, over 64 characters or has control characters.

    Any other text is taken as a mere key: it never becomes a path.
    """
    if not uid:
        raise DimseRefused(f"{what} is empty", status, f"{what} is empty")
    if len(uid) > LONGEST_UID:
        raise DimseRefused(f"{what} has {len(uid)} characters", status, f"{what} is too long")
    if not uid.isprintable():
        message = f"{what} has control characters"
        raise DimseRefused(message, status, message)


class Incoming:
    """One instance on its way in; leaving the context without a commit discards it."""

    def __init__(self, store: Store, meta: FileMeta) -> None:
        self.size = 0
        """Bytes of the data set so far."""
        self._store = store
        self._meta = meta
        self._scanner = HeadScanner(implicit=meta.transfer_syntax == IMPLICIT_VR_LITTLE_ENDIAN)
        self._digest = Digest()
        self._encoder = store.codec.encoder()
        self._front = meta.encode()
        self._pending = bytearray(HEADER_SIZE)  # blank: a record without header does not exist
        self._pending += self._encoder.update(self._front)
        self._segment: Segment | None = None
        self._header: RecordHeader | None = None
        self._written = 0
        self._finished = False

    @property
    def head(self) -> Head | None:
        """Elements up to (0020,000E), once that many bytes came; None until then."""
        return self._scanner.head if self._scanner.passed else None

    def finish(self) -> Head:
        """No more bytes will come: the head as far as it goes (for the ``inspect`` moment)."""
        if not self._finished:
            self._finished = True
            self._scanner.finish(self.size)
        return self._scanner.head

    def write(self, data: bytes | memoryview) -> None:
        """Take the next bytes of the data set; ``data`` may be reused after the return.

        Raises:
            ArchiveFullError: no room.
        """
        self.size += len(data)
        self._digest.update(data)
        self._scanner.feed(data)
        encoded = self._encoder.update(data)
        if len(self._pending) + len(encoded) < BATCH:
            self._pending += encoded
        else:
            self._flush(encoded)

    def _flush(self, data: bytes | memoryview) -> None:
        if self._segment is None:
            self._segment = self._store.pool.take()
        place = self._segment.end + self._written
        self._written += self._segment.append(place, [self._pending, data])
        self._pending = bytearray()

    def commit(self, decide: Callable[[Record], None]) -> Outcome:
        """Make it durable and visible; ``decide`` is asked inside the index transaction.

        ``decide`` raises a Refusal to say no; it may be called on another thread.

        Raises:
            Refusal: whatever ``decide`` raised, or DimseRefused C000H or A900H (PS3.4 B.2.3)
                for a data set that cannot be understood or is another than announced.
            ArchiveUnwritableError, IndexUnavailableError: nothing was stored (A700H).
            CommitInDoubtError: nobody knows yet (A700H).
        """
        head = self.finish()
        self._check()
        self._end_body()
        request = Request(self._entry(), head, decide, self._seal)
        try:
            self._store.submit(request)
        except CommitInDoubtError:
            self._doubt()
            raise
        except IndexBehindError:
            self._discard(keep=False)  # whoever takes it next reads it into the index first
            raise
        if request.repeated_in is not None:
            self._discard()
            self._store.sync_segment(request.repeated_in)
        else:
            self._keep()
        return request.outcome

    def _check(self) -> None:
        """What no archive can honestly do without (PS3.4 B.2.3)."""
        if self._scanner.fault:
            raise DimseRefused(self._scanner.fault, 0xC000, "Data set cannot be understood")
        elements = self._scanner.elements
        check_uid(elements.get("StudyInstanceUID", ""), "Study Instance UID", 0xC000)
        check_uid(elements.get("SeriesInstanceUID", ""), "Series Instance UID", 0xC000)
        for keyword, announced in (
            ("SOPClassUID", self._meta.sop_class_uid),
            ("SOPInstanceUID", self._meta.sop_instance_uid),
        ):
            if elements.get(keyword) != announced:
                message = f"{keyword} is not the one announced"
                raise DimseRefused(message, 0xA900, message)

    def _end_body(self) -> None:
        last = self._encoder.finish()
        self._stored_length = self._written + len(self._pending) + len(last) - HEADER_SIZE
        end = aligned(HEADER_SIZE + self._stored_length)
        self._flush(last + bytes(end - HEADER_SIZE - self._stored_length))

    def _entry(self) -> Entry:
        attributes = describe(
            self._scanner.elements, self._meta.sop_class_uid, self._meta.sop_instance_uid
        )
        return Entry(attributes, self._meta.transfer_syntax, self._digest.hexdigest(), self.size)

    def _seal(self, commit: int, replaces: int) -> tuple[Segment, RecordHeader]:
        if self._segment is None:  # pragma: no cover - the body is written before
            raise ArchiveError("nothing was written")
        self._header = header = RecordHeader(
            offset=self._segment.end,
            commit=commit,
            replaces=replaces,
            stored_length=self._stored_length,
            data_set_length=self.size,
            front_length=len(self._front),
            codec=self._store.codec.number,
            front_checksum=zlib.crc32(self._front),
            digest=self._digest.digest(),
        )
        self._segment.seal(header)
        return self._segment, header

    def _keep(self) -> None:
        """The record is visible: from here on nothing may take it back."""
        segment, self._segment = self._segment, None
        if segment is None:  # pragma: no cover - sealed above
            return
        segment.end += self._written
        sound = False
        try:
            if self._store.durable:
                segment.sync()
            sound = True
        finally:
            self._store.pool.give(segment, sound=sound)

    def _doubt(self) -> None:
        """The record may be visible: it must not be taken back, nor written over."""
        if self._segment is not None and self._header is not None:
            segment, self._segment = self._segment, None
            self._store.doubt(segment, self._header)

    def _discard(self, *, keep: bool = True) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        sound = False
        try:
            segment.cut(segment.end)
            sound = keep
        finally:
            self._store.pool.give(segment, sound=sound)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._discard()
