import os

import pytest

from pacs_open.archive.record import HEADER_SIZE, SEGMENT_START, RecordHeader, aligned
from pacs_open.archive.segment import Damage, Segment, numbers, path_of
from pacs_open.errors import ArchiveError, ArchiveFullError


@pytest.fixture
def segment(tmp_path):
    made = Segment.create(tmp_path, 1)
    yield made
    made.close()


def put(segment, body, commit=1, *, seal=True):
    header = RecordHeader(segment.end, commit, 0, len(body), len(body), 0, 0, 0, bytes(32))
    padding = bytes(aligned(HEADER_SIZE + len(body)) - HEADER_SIZE - len(body))
    segment.append(segment.end, [bytes(HEADER_SIZE), body, padding])
    if seal:
        segment.seal(header)
    segment.end = header.end
    return header


def test_records_are_found_in_the_order_they_were_written(segment):
    written = [put(segment, b"a" * 10, 1), put(segment, b"b" * 5000, 2), put(segment, b"", 3)]

    assert list(segment.scan()) == written
    assert list(segment.scan(written[1].offset)) == written[1:]


def test_a_record_without_header_at_the_end_is_a_tail(segment):
    whole = put(segment, b"a")
    put(segment, b"b" * 3000, seal=False)

    found, tail = segment.scan()

    assert found == whole
    assert tail == Damage(whole.end, aligned(HEADER_SIZE + 3000), tail=True)


def test_damage_between_records_is_passed_over(segment):
    first, second, third = (put(segment, b"x" * 2000, n) for n in (1, 2, 3))
    segment.append(second.offset, [b"\0" * 8])

    assert list(segment.scan()) == [
        first,
        Damage(second.offset, second.end - second.offset, tail=False),
        third,
    ]


def test_a_record_inside_a_body_is_never_taken_for_one(segment, tmp_path):
    """What a peer sends cannot know the segment's identity, nor its own place."""
    other = Segment.create(tmp_path, 2)
    inner = put(other, b"evil")
    copy = (tmp_path / "00000002.log").read_bytes()[inner.offset :]
    other.close()
    put(segment, bytes(384) + copy * 4, seal=False)

    assert [record.tail for record in segment.scan()] == [True]


def test_a_record_longer_than_the_file_does_not_exist(segment):
    put(segment, b"y" * 4000)
    os.truncate(segment.path, segment.end - 2000)

    assert [record.tail for record in segment.scan()] == [True]


def test_a_damaged_header_at_the_end_is_no_tail_for_it_may_have_been_acknowledged(segment):
    put(segment, b"a")
    last = put(segment, b"b" * 2000)
    segment.append(last.offset + 9, [b"\xff" * 4])

    _, damage = segment.scan()

    assert damage == Damage(last.offset, last.end - last.offset, tail=False)


def test_cutting_takes_back_what_was_written(segment):
    whole = put(segment, b"a")
    end = segment.end
    put(segment, b"b" * 100000, seal=False)
    segment.cut(end)

    assert segment.size() == segment.end == end
    assert list(segment.scan()) == [whole]


def test_a_leased_segment_is_leased_by_nobody_else_but_read_by_all(segment):
    put(segment, b"a")

    assert Segment.open(segment.path, lease=True) is None
    reader = Segment.open(segment.path)
    assert len(list(reader.scan())) == 1
    reader.close()


def test_the_segment_of_a_dead_owner_can_be_leased(tmp_path):
    Segment.create(tmp_path, 1).close()

    heir = Segment.open(path_of(tmp_path, 1), lease=True)
    assert heir.end == SEGMENT_START
    heir.close()


def test_a_segment_whose_creator_died_at_once_is_begun_by_its_heir(tmp_path):
    path_of(tmp_path, 1).touch()

    assert Segment.open(path_of(tmp_path, 1)) is None
    heir = Segment.open(path_of(tmp_path, 1), lease=True)
    assert heir.end == SEGMENT_START
    heir.close()


def test_a_number_that_is_taken_is_not_created_again(segment):
    assert Segment.create(segment.path.parent, 1) is None


def test_a_file_that_is_no_segment_is_an_error(tmp_path):
    path_of(tmp_path, 1).write_bytes(b"x" * 600)

    with pytest.raises(ArchiveError, match="is not a segment"):
        Segment.open(path_of(tmp_path, 1))
    with pytest.raises(ArchiveError, match="cannot be opened"):
        Segment.open(path_of(tmp_path, 2))


def test_a_segment_of_another_version_is_left_as_it_is(tmp_path):
    Segment.create(tmp_path, 1).close()
    path = path_of(tmp_path, 1)
    path.write_bytes(b"PACSSEG1" + path.read_bytes()[8:])
    whole = path.read_bytes()

    with pytest.raises(ArchiveError, match="or one of another version of pacslab"):
        Segment.open(path, lease=True)
    assert path.read_bytes() == whole


def test_only_segments_are_numbered(tmp_path, segment):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "old.log").touch()
    path_of(tmp_path, 12).touch()

    assert numbers(tmp_path) == [1, 12]


def test_no_room_for_a_new_segment_leaves_no_half_one(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pacs_open.archive.disk.write_at", full)

    with pytest.raises(ArchiveFullError):
        Segment.create(tmp_path, 1)
    assert path_of(tmp_path, 1).stat().st_size == 0


def test_what_is_synced_is_remembered(segment):
    put(segment, b"a")
    segment.sync()
    synced = segment.synced
    put(segment, b"b")

    assert synced < segment.end
    segment.cut(SEGMENT_START)
    assert segment.synced == SEGMENT_START
