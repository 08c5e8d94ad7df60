import logging
import os
import shutil

import psycopg
import pytest
from sqlalchemy import func, insert, select

from pacs_open.archive.archive import Outcome
from pacs_open.errors import ArchiveError, IndexUnavailableError
from pacs_open.index.index import Index
from pacs_open.index.schema import instances, state


@pytest.fixture
def copied(shelf, request):
    """Give the URL of a copy of the index as it is now; None for SQLite, which lies with the log."""

    def copy():
        return shelf.index_url and request.getfixturevalue("postgresql").copy(shelf.index_url)

    return copy


@pytest.fixture
def crash(shelf, copied):
    """Give the directory as a crash at this moment would leave it: a copy, locks gone."""

    def copy(archive):
        target = shelf.directory.with_name("crashed")
        shutil.copytree(archive.directory, target)
        return type(shelf)(target, copied())

    return copy


def log_of(shelf, number=1):
    return shelf.directory / "segments" / f"{number:08d}.log"


def remove_index(shelf):
    for path in shelf.directory.glob("index.sqlite*"):
        path.unlink()
    if shelf.index_url is not None:
        with psycopg.connect(shelf.index_url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def test_half_a_record_is_cut_off(archive, shelf, crash, caplog):
    shelf.store(archive, shelf.data_set(1))
    whole = log_of(shelf).stat().st_size
    with shelf.receive(archive, shelf.data_set(2, PixelData=bytes(500_000))):
        crashed = crash(archive)

    assert log_of(crashed).stat().st_size > whole
    with crashed.open() as again:
        assert crashed.uids(again) == {"1"}
        assert again.check() == []
        assert log_of(crashed).stat().st_size == whole
    assert "half record cut off" in caplog.text


@pytest.mark.database("sqlite")
def test_a_crash_between_header_and_index_keeps_the_whole_instance(archive, shelf, crash):
    found = []

    def crash_in_transaction(connection, entry, *rest):
        found.append(crash(archive))

    data = shelf.data_set(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pacs_open.archive.commit.place", crash_in_transaction)
        shelf.store(archive, data)
    (crashed,) = found

    with crashed.open() as again:
        assert crashed.read(again) == data
        assert crashed.store(again, crashed.data_set(2)) is Outcome.STORED
        with again.index.reading() as connection:
            numbers = connection.execute(select(instances.c.id)).scalars().all()
    assert numbers == [1, 2]


@pytest.mark.parametrize("loss", ["all of it", "the newest part"])
def test_an_index_that_is_lost_is_made_anew_and_is_the_same(shelf, copied, loss):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1), shelf.data_set(2), shelf.data_set(3))
        shelf.store(archive, shelf.data_set(2, PatientID="P2"))
    old, old_url = shelf.directory / "old.sqlite", copied()
    if old_url is None:
        shutil.copy(shelf.directory / "index.sqlite", old)
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(4, PatientName="Other^Name"))
        shelf.store(archive, shelf.data_set(3, PatientID="P3"), shelf.data_set(1))
        before, state_before = shelf.dump(archive), archive.state_hash()
    remove_index(shelf)
    if loss == "the newest part" and old_url is None:
        old.rename(shelf.directory / "index.sqlite")
    elif loss == "the newest part":
        shelf.index_url = old_url

    with shelf.open() as archive:
        assert shelf.dump(archive) == before
        assert archive.state_hash() == state_before
        assert archive.check() == []
        assert archive.counter.last() == 6


@pytest.mark.database("sqlite")
def test_an_index_that_is_garbage_is_made_anew(shelf):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        before = shelf.dump(archive)
    remove_index(shelf)
    (shelf.directory / "index.sqlite").write_bytes(b"garbage " * 4096)

    with shelf.open() as archive:
        assert shelf.dump(archive) == before


def test_a_record_that_never_reached_the_disk_is_not_served(archive, shelf, crash, caplog):
    """The power went after the index was on the disk, but before the log was."""
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2), shelf.data_set(2, PatientID="P2"))
    crashed = crash(archive)
    log = log_of(crashed)
    with log.open("r+b") as file:
        file.seek(log.stat().st_size - 600)
        file.write(bytes(300))

    with crashed.open() as again:
        assert crashed.uids(again) == {"1", "2"}
        assert [row["PatientID"] for row in crashed.find(again)] == ["P1", "P1"]
    assert "made anew" in caplog.text


@pytest.mark.parametrize("whole", [True, False])
def test_a_segment_that_is_gone_or_short_takes_its_instances_with_it(shelf, whole, caplog):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1), shelf.data_set(2))
    if whole:
        log_of(shelf).unlink()
    else:
        os.truncate(log_of(shelf), log_of(shelf).stat().st_size - 600)

    with shelf.open() as archive:
        assert shelf.uids(archive) == (set() if whole else {"1"})
        assert archive.check() == []
    assert "made anew" in caplog.text


def test_making_the_index_anew_is_taken_up_again_after_a_crash(shelf):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1), shelf.data_set(2))
        before = shelf.dump(archive)
        with archive.index.writing() as connection:
            connection.execute(insert(state), {"name": "interrupted", "value": "yes"})
            connection.execute(instances.delete().where(instances.c.id == 1))

    with shelf.open() as archive:
        assert shelf.dump(archive) == before


def test_an_index_ahead_of_the_log_is_not_touched_while_others_work(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    archive.pool.close()
    log_of(shelf).rename(log_of(shelf).with_suffix(".away"))

    closed, close = [], Index.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Index, "close", lambda index: closed.append(close(index)))
        with pytest.raises(ArchiveError, match="stop all workers"):
            shelf.open()
    assert closed
    log_of(shelf).with_suffix(".away").rename(log_of(shelf))


def test_damage_in_the_middle_harms_no_neighbour(shelf, caplog):
    with shelf.open() as archive:
        shelf.store(archive, *(shelf.data_set(n) for n in (1, 2, 3)))
        (held,) = archive.locate(shelf.query(SOPInstanceUID="2.25.2"))
    with log_of(shelf).open("r+b") as file:
        file.seek(held.offset)
        file.write(b"\0" * 64)
    remove_index(shelf)

    with shelf.open() as archive:
        assert shelf.uids(archive) == {"1", "3"}
        (problem,) = archive.check()
    assert problem.kind == "damaged record"
    assert "passed over" in caplog.text


def test_a_damaged_segment_is_named_and_the_others_are_served(shelf, caplog):
    with (
        shelf.open() as archive,
        shelf.receive(archive, shelf.data_set(2, PixelData=bytes(400_000))) as incoming,
    ):
        shelf.store(archive, shelf.data_set(1))
        incoming.commit(lambda record: None)
    with log_of(shelf, 1).open("r+b") as file:
        file.write(b"x" * 100)
    remove_index(shelf)

    with shelf.open() as archive:
        assert shelf.uids(archive) == {"1"}
        assert [problem.kind for problem in archive.check()] == ["damaged record"]
    assert "is not a segment" in caplog.text


def test_an_archive_in_order_is_opened_without_reading_the_log(shelf, monkeypatch):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
    monkeypatch.setattr("pacs_open.archive.recovery.examine", None)
    monkeypatch.setattr("pacs_open.archive.recovery.Segment", None)

    with shelf.open() as archive:
        assert archive.index.count() == 1


def test_segments_of_living_workers_are_theirs(archive, shelf, caplog):
    caplog.set_level(logging.WARNING)
    with shelf.receive(archive, shelf.data_set(1, PixelData=bytes(400_000))) as incoming:
        with shelf.open() as other:
            assert other.check() == []
            shelf.store(other, shelf.data_set(2))
        incoming.commit(lambda record: None)

    assert shelf.uids(archive) == {"1", "2"}
    assert archive.check() == []
    assert caplog.text == ""


def test_many_segments_are_rebuilt_with_few_open_files(shelf, monkeypatch):
    with shelf.open() as archive:
        incoming = [
            shelf.receive(archive, shelf.data_set(n, PixelData=bytes(200_000))) for n in range(1, 9)
        ]
        for one in incoming:
            one.commit(lambda record: None)
        before = shelf.dump(archive)
    remove_index(shelf)
    monkeypatch.setattr("pacs_open.archive.recovery.MAXIMUM_OPEN", 2)

    with shelf.open() as archive:
        assert shelf.dump(archive) == before
        with archive.index.reading() as connection:
            used = select(func.count(instances.c.segment.distinct()))
            assert connection.execute(used).scalar() == 8


def test_a_record_that_the_index_refuses_does_not_keep_the_others_out(shelf, tmp_path, caplog):
    """A segment of another archive was put here: its record has a number that is taken."""
    stranger = type(shelf)(tmp_path / "stranger", None)
    with stranger.open() as archive:
        archive.pool.give(archive.pool.take(), sound=False)
        kept = archive.pool.take()
        shelf.store(archive, shelf.data_set(7))
        archive.pool.give(kept)
        (held,) = archive.locate(shelf.query(SOPInstanceUID="2.25.7"))
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1), shelf.data_set(2))
    name = f"{held.segment:08d}.log"
    shutil.copy(stranger.directory / "segments" / name, shelf.directory / "segments" / name)

    with shelf.open() as archive:
        assert shelf.uids(archive) == {"1", "2"}
        assert shelf.store(archive, shelf.data_set(3)) is Outcome.STORED
        assert [problem.kind for problem in archive.check()] == ["not in the index"]
        assert archive.rebuild() == 3
    assert "found by nobody" in caplog.text


def test_an_index_that_is_gone_is_not_begun_anew_while_others_work(shelf):
    """It would be taken for whole although it lacks what living workers have in their segments."""
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        remove_index(shelf)
        with pytest.raises(ArchiveError, match="the index is gone while others work with it"):
            shelf.open()
        with pytest.raises(IndexUnavailableError):
            shelf.store(archive, shelf.data_set(2))

    with shelf.open() as again:
        assert shelf.uids(again) == {"1"}
