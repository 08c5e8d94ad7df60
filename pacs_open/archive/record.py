"""The format of the log: what stands in front of a segment and of each record in it.

A segment starts with a block that gives it a random identity. Each record repeats it, with its
own place, so that no data set can ever pass for a record, whatever a peer puts into it.
A record whose header is not whole does not exist: the header is written last, at commit.

    segment = identity block, records
    record  = header, body (a Part 10 object, through the codec), padding
"""

import struct
import zlib
from dataclasses import dataclass

ALIGNMENT = 512
"""Records start at multiples of it, so that a search after damage has few places to look."""

_SEGMENT_MAGIC = b"PACSSEG2"
_SEGMENT = struct.Struct("<8s16sQI")
SEGMENT_START = ALIGNMENT
"""Where the first record of a segment lies."""

_RECORD_MAGIC = b"PACSREC2"
_RECORD = struct.Struct("<8s16sQQQQQIHHII32sI")
HEADER_SIZE = 128
VERSION = 2


def encode_identity(identity: bytes, number: int) -> bytes:
    """The block at the start of a segment."""
    block = _SEGMENT.pack(_SEGMENT_MAGIC, identity, number, 0)[: -struct.calcsize("<I")]
    return (block + struct.pack("<I", zlib.crc32(block))).ljust(SEGMENT_START, b"\0")


def decode_identity(block: bytes, number: int) -> bytes | None:
    """The identity of a segment; None if the block is damaged or of another segment."""
    if len(block) < _SEGMENT.size:
        return None
    magic, identity, own, checksum = _SEGMENT.unpack_from(block)
    if magic != _SEGMENT_MAGIC or own != number:
        return None
    whole = zlib.crc32(block[: _SEGMENT.size - 4]) == checksum
    return bytes(identity) if whole else None


@dataclass(frozen=True)
class RecordHeader:
    """What the log says of a record."""

    offset: int
    """Where the record starts in its segment."""
    commit: int
    """Number of this commit in the archive, from 1; never given twice."""
    replaces: int
    """Number of the commit that this one replaced, 0 if none."""
    stored_length: int
    """Bytes of the body in the log."""
    data_set_length: int
    """Bytes of the data set, before the codec."""
    front_length: int
    """Bytes of the object in front of the data set (PS3.10 7.1), before the codec."""
    codec: int
    front_checksum: int
    """CRC-32 of the front; the data set has its digest."""
    digest: bytes
    """Of the data set (:mod:`pacs_open.archive.digest`)."""

    @property
    def body(self) -> int:
        """Where the body starts in the segment."""
        return self.offset + HEADER_SIZE

    @property
    def end(self) -> int:
        """Where the next record starts."""
        return aligned(self.body + self.stored_length)

    def encode(self, identity: bytes) -> bytes:
        """The header as bytes, checksum last."""
        whole = _RECORD.pack(
            _RECORD_MAGIC,
            identity,
            self.offset,
            self.commit,
            self.replaces,
            self.stored_length,
            self.data_set_length,
            self.front_length,
            VERSION,
            self.codec,
            self.front_checksum,
            0,
            self.digest,
            0,
        )[:-4]
        return (whole + struct.pack("<I", zlib.crc32(whole))).ljust(HEADER_SIZE, b"\0")


def decode_header(block: bytes, identity: bytes, offset: int) -> RecordHeader | None:
    """The header of the record at ``offset``; None if there is none, or it is damaged."""
    if not block.startswith(_RECORD_MAGIC) or len(block) < _RECORD.size:
        return None
    (
        _,
        own,
        place,
        commit,
        replaces,
        stored,
        size,
        front,
        version,
        codec,
        crc,
        _,
        digest,
        check,
    ) = _RECORD.unpack_from(block)
    if own != identity or place != offset or version != VERSION:
        return None
    if zlib.crc32(block[: _RECORD.size - 4]) != check:
        return None
    return RecordHeader(offset, commit, replaces, stored, size, front, codec, crc, digest)


def aligned(offset: int) -> int:
    """The first place at or behind ``offset`` where a record may start."""
    return -(-offset // ALIGNMENT) * ALIGNMENT
