import contextlib
import threading

import pytest

from pacs_open.archive import disk
from pacs_open.archive.pool import Pool
from pacs_open.archive.segment import Segment
from pacs_open.errors import ArchiveError, IndexUnavailableError


@pytest.fixture
def make(tmp_path):
    pools = []

    def make_pool(**settings):
        settings = {"adoptable": lambda segment: True, "retired": lambda segments: None} | settings
        pools.append(Pool(tmp_path, **settings))
        return pools[-1]

    yield make_pool
    for pool in pools:
        pool.close()


def test_each_store_has_a_segment_of_its_own(make):
    pool = make()
    one, other = pool.take(), pool.take()

    assert one.number != other.number
    pool.give(one)
    assert pool.take() is one
    pool.give(one)
    pool.give(other)


def test_two_processes_never_share_a_segment(make):
    first, second = make(), make()
    one, other = first.take(), second.take()

    assert one.number != other.number
    first.give(one)
    second.give(other)


def test_the_segments_of_a_dead_worker_are_adopted(make):
    dead, heir = make(), make()
    segment = dead.take()
    number = segment.number
    dead.give(segment)
    dead.close()

    adopted = heir.take()
    assert adopted.number == number
    heir.give(adopted)


def test_a_segment_that_is_not_in_order_is_left_alone(make, tmp_path):
    Segment.create(tmp_path, 1).close()
    pool = make(adoptable=lambda segment: False)

    segment = pool.take()
    assert segment.number == 2
    pool.give(segment)


def test_a_damaged_segment_is_left_alone(make, tmp_path):
    (tmp_path / "00000001.log").write_bytes(b"x" * 512)

    pool = make()
    segment = pool.take()
    assert segment.number == 2
    pool.give(segment)


def test_a_full_segment_gets_no_further_record(make):
    retired = []
    pool = make(limit=1000, retired=retired.extend)
    segment = pool.take()
    segment.end = 1000
    segment.append(999, [b"x"])
    pool.give(segment)

    fresh = pool.take()
    assert fresh.number == segment.number + 1
    pool.give(fresh)
    pool.close()
    assert retired == [segment, fresh]


def test_nobody_waits_while_a_full_segment_is_synced(make):
    begun, may_end = threading.Event(), threading.Event()

    def sync(segments):
        begun.set()
        assert may_end.wait(10)

    pool = make(limit=1000, retired=sync)
    full = pool.take()
    full.end = 1000
    pool.give(full)

    assert begun.wait(10)
    pool.give(pool.take())
    with contextlib.closing(Segment.open(full.path)) as other:  # the lease is kept until it is done
        assert not disk.lock(other.descriptor)
    may_end.set()
    pool.close()
    Segment.open(full.path, lease=True).close()


def test_a_full_segment_that_cannot_be_synced_is_told_and_given_back(make, caplog):
    def fail(segments):
        if segments:
            message = "the disk is gone"
            raise ArchiveError(message)

    pool = make(limit=1000, retired=fail)
    full = pool.take()
    full.end = 1000
    pool.give(full)
    pool.close()

    assert "the disk is gone; the next to open the archive looks" in caplog.text
    Segment.open(full.path, lease=True).close()


def test_a_segment_that_failed_is_given_up(make):
    retired = []
    pool = make(retired=retired.extend, adoptable=lambda segment: False)
    segment = pool.take()
    pool.give(segment, sound=False)

    assert retired == []
    fresh = pool.take()
    assert fresh.number != segment.number
    pool.give(fresh)


def test_few_leases_are_kept_without_use(make):
    retired = []
    pool = make(keep=1, retired=retired.extend)
    segments = [pool.take() for _ in range(3)]
    for segment in segments:
        pool.give(segment)

    assert retired == segments[1:]


def test_a_closed_pool_gives_nothing_and_takes_back_all(make):
    retired = []
    pool = make(retired=retired.extend)
    segment = pool.take()
    pool.close()

    with pytest.raises(ArchiveError, match="closed"):
        pool.take()
    pool.give(segment)
    assert retired == [segment]


def test_a_segment_that_cannot_be_judged_is_let_go(make, tmp_path):
    def away(segment):
        raise IndexUnavailableError("locked")

    Segment.create(tmp_path, 1).close()
    pool, heir = make(adoptable=away), make()
    with pytest.raises(IndexUnavailableError):
        pool.take()

    segment = heir.take()
    assert segment.number == 1
    heir.give(segment)
