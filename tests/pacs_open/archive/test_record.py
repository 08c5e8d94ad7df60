import pytest
from hypothesis import given
from hypothesis import strategies as st

from pacs_open.archive import record
from pacs_open.archive.record import RecordHeader

IDENTITY = bytes(range(16))
HEADER = RecordHeader(
    offset=512,
    commit=7,
    replaces=3,
    stored_length=1000,
    data_set_length=700,
    front_length=300,
    codec=0,
    front_checksum=0xDEADBEEF,
    digest=bytes(32),
)

numbers = st.integers(0, 2**63)


@given(numbers, numbers, numbers, numbers, st.binary(min_size=32, max_size=32))
def test_a_header_is_read_back_as_it_was_written(offset, commit, replaces, length, digest):
    header = RecordHeader(offset, commit, replaces, length, length, 300, 5, 9, digest)

    block = header.encode(IDENTITY)

    assert len(block) == record.HEADER_SIZE
    assert record.decode_header(block, IDENTITY, offset) == header


def test_a_header_counts_only_in_its_own_segment_and_place():
    block = HEADER.encode(IDENTITY)

    assert record.decode_header(block, IDENTITY, 512) == HEADER
    assert record.decode_header(block, IDENTITY, 1024) is None
    assert record.decode_header(block, bytes(16), 512) is None


@pytest.mark.parametrize("position", range(0, 116, 5))
def test_a_header_with_one_wrong_bit_is_no_header(position):
    block = bytearray(HEADER.encode(IDENTITY))
    block[position] ^= 1

    assert record.decode_header(bytes(block), IDENTITY, 512) is None


def test_a_header_that_is_not_whole_is_no_header():
    block = HEADER.encode(IDENTITY)

    assert record.decode_header(block[:100], IDENTITY, 512) is None
    assert record.decode_header(bytes(128), IDENTITY, 512) is None


def test_the_next_record_is_aligned():
    assert HEADER.body == 640
    assert HEADER.end == 2048
    assert record.aligned(512) == 512
    assert record.aligned(513) == 1024


def test_a_segment_knows_its_number_and_its_identity():
    block = record.encode_identity(IDENTITY, 5)

    assert record.decode_identity(block, 5) == IDENTITY
    assert record.decode_identity(block, 6) is None
    assert record.decode_identity(block[:20], 5) is None
    assert record.decode_identity(b"\1" + block[1:], 5) is None
    assert record.decode_identity(block[:10] + b"\xff" + block[11:], 5) is None
