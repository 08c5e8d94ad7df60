"""What the archive holds, and reading it back."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pacs_open.archive.codec import Codec
from pacs_open.archive.digest import Digest
from pacs_open.archive.record import RecordHeader
from pacs_open.archive.segment import Segment, path_of
from pacs_open.data_sets.head import HeadScanner
from pacs_open.data_sets.part10 import FileMeta
from pacs_open.errors import DamagedRecordError
from pacs_open.index.entry import Entry, describe

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
PIECE = 256 * 1024


@dataclass(frozen=True)
class Held:
    """An instance that the archive holds, and where it lies."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    patient_id: str
    study_instance_uid: str
    series_instance_uid: str
    size: int
    """Bytes of the data set."""
    digest: str
    """SHA-256 of the data set, 64 lower-case hex digits."""
    segment: int
    offset: int
    """Where its record starts in the segment."""


class Stored:
    """A record of the log, open for reading: its data set, without the file meta information.

    ``plain`` says whether the file holds the very bytes, for whoever reads them by itself:
    ``length`` bytes from ``offset`` on in ``descriptor`` (whose file position means nothing).
    """

    def __init__(self, segment: Segment, header: RecordHeader, codec: Codec) -> None:
        self.digest = header.digest.hex()
        """SHA-256 of the data set."""
        self.plain = codec.plain
        self.descriptor = segment.descriptor
        self.offset = header.body + header.front_length
        self.length = header.data_set_length
        """Bytes of the data set."""
        self._record = segment, header, codec
        self._rest = b""

    @property
    def front(self) -> bytes:
        """The file before the data set: preamble, prefix, file meta information."""
        return self._parts[0]

    @cached_property
    def _parts(self) -> tuple[bytes, Iterator[bytes]]:
        return _split(*self._record)

    def read(self, size: int = -1) -> bytes:
        """Read the next ``size`` bytes, all that are left if negative; b"" at the end."""
        _, pieces = self._parts
        parts = [self._rest]
        have = len(self._rest)
        while size < 0 or have < size:
            piece = next(pieces, b"")
            if not piece:
                break
            parts.append(piece)
            have += len(piece)
        whole = b"".join(parts) if len(parts) > 1 else parts[0]
        cut = len(whole) if size < 0 else size
        self._rest = whole[cut:]
        return whole[:cut]

    def chunks(self, size: int = PIECE) -> Iterator[bytes]:
        """Iterate over the rest in pieces of at most ``size`` bytes."""
        while piece := self.read(size):
            yield piece


def _split(segment: Segment, header: RecordHeader, codec: Codec) -> tuple[bytes, Iterator[bytes]]:
    """The front of a Part 10 object, and its data set piece by piece."""
    pieces = _decoded(segment, header, codec)
    front = b""
    while len(front) < header.front_length:
        piece = next(pieces, b"")
        if not piece:
            break
        front += piece
    rest = front[header.front_length :]

    def data_set() -> Iterator[bytes]:
        if rest:
            yield rest
        yield from pieces

    return front[: header.front_length], data_set()


def _decoded(segment: Segment, header: RecordHeader, codec: Codec) -> Iterator[bytes]:
    decoder = codec.decoder()
    position, left = header.body, header.stored_length
    size = header.front_length  # the front comes alone, so that large pieces stay whole
    while left:
        piece = segment.read(min(size, left), position)
        if not piece:
            break
        position += len(piece)
        left -= len(piece)
        size = PIECE
        if clear := bytes(decoder.update(piece)):
            yield clear
    if last := decoder.finish():
        yield last


@contextmanager
def opened(path: Path, offset: int, digest: str) -> Iterator[tuple[Segment, RecordHeader]]:
    """The segment at ``path`` and the header of the record at ``offset``, if it has this digest.

    Raises:
        DamagedRecordError: the log does not hold what the index says.
    """
    with closing(_segment(path)) as segment:
        yield segment, _header(segment, offset, digest)


class Reader:
    """Opens one record after the other; the segment of the last one stays open.

    The instances of a series lie side by side, mostly.
    """

    def __init__(self, segments: Path, codecs: Mapping[int, Codec]) -> None:
        self._directory = segments
        self._codecs = codecs
        self._segment: Segment | None = None

    def open(self, held: Held) -> Stored:
        """The data set; it can be read until the next one is opened.

        Raises:
            DamagedRecordError: the log does not hold what it should.
        """
        if self._segment is None or self._segment.number != held.segment:
            self.close()
            self._segment = _segment(path_of(self._directory, held.segment))
        header = _header(self._segment, held.offset, held.digest)
        return _stored(self._segment, header, self._codecs)

    def close(self) -> None:
        """Close the segment."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.close()


def _segment(path: Path) -> Segment:
    segment = Segment.open(path)
    if segment is None:
        message = f"{path}: is empty"
        raise DamagedRecordError(message)
    return segment


def _header(segment: Segment, offset: int, digest: str) -> RecordHeader:
    header = segment.header_at(offset)
    if header is None:
        raise _unreadable(segment, offset)
    if header.digest.hex() != digest:
        message = f"{segment.path}: another record lies at {offset}"
        raise DamagedRecordError(message)
    return header


def open_record(segment: Segment, offset: int, codecs: Mapping[int, Codec]) -> Stored:
    """Open the record at ``offset``.

    Raises:
        DamagedRecordError: there is none, or its codec is not known.
    """
    header = segment.header_at(offset)
    if header is None:
        raise _unreadable(segment, offset)
    return _stored(segment, header, codecs)


def _stored(segment: Segment, header: RecordHeader, codecs: Mapping[int, Codec]) -> Stored:
    if header.codec not in codecs:
        raise _unreadable(segment, header.offset)
    return Stored(segment, header, codecs[header.codec])


def _unreadable(segment: Segment, offset: int) -> DamagedRecordError:
    return DamagedRecordError(f"{segment.path}: no record can be read at {offset}")


def examine(segment: Segment, header: RecordHeader, codecs: Mapping[int, Codec]) -> Entry:
    """Read a whole record, check it, and describe it for the index.

    Raises:
        DamagedRecordError: its bytes are not those that were stored.
    """
    stored = open_record(segment, header.offset, codecs)
    try:
        meta = FileMeta.decode(stored.front)
        scanner = HeadScanner(implicit=meta.transfer_syntax == IMPLICIT_VR_LITTLE_ENDIAN)
        digest = Digest()
        for piece in stored.chunks():
            digest.update(piece)
            scanner.feed(piece)
    except ValueError as error:
        message = f"{segment.path}: the record at {header.offset} cannot be read ({error})"
        raise DamagedRecordError(message) from error
    if zlib.crc32(stored.front) != header.front_checksum or digest.digest() != header.digest:
        message = f"{segment.path}: the record at {header.offset} does not match its checksum"
        raise DamagedRecordError(message)
    return Entry(
        describe(scanner.elements, meta.sop_class_uid, meta.sop_instance_uid),
        meta.transfer_syntax,
        header.digest.hex(),
        header.data_set_length,
    )
