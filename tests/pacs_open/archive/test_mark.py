import os
from pathlib import Path

import pytest

from pacs_open.archive import disk, mark
from pacs_open.archive.archive import Outcome
from pacs_open.errors import ArchiveError

pytestmark = pytest.mark.database("sqlite")


def test_reset_brings_back_the_marked_state(archive, shelf):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2))
    before = shelf.dump(archive), archive.state_hash()
    archive.mark()
    shelf.store(archive, shelf.data_set(1, PatientID="P9"), shelf.data_set(3))
    with shelf.receive(archive, shelf.data_set(4, PixelData=bytes(400_000))) as incoming:
        shelf.store(archive, shelf.data_set(5))
        incoming.commit(lambda record: None)
    archive.reset()

    assert (shelf.dump(archive), archive.state_hash()) == before
    assert archive.check() == []
    assert shelf.store(archive, shelf.data_set(3)) is Outcome.STORED
    archive.reset()
    assert (shelf.dump(archive), archive.state_hash()) == before


def test_an_empty_archive_can_be_marked(archive, shelf):
    archive.mark()
    shelf.store(archive, shelf.data_set(1))
    archive.reset()

    assert shelf.find(archive) == []
    assert list(archive.segments.iterdir()) == []


def test_the_newest_mark_counts(archive, shelf):
    archive.mark()
    shelf.store(archive, shelf.data_set(1))
    archive.mark()
    shelf.store(archive, shelf.data_set(2))
    archive.reset()

    assert shelf.uids(archive) == {"1"}


def test_a_mark_can_be_made_while_a_worker_stores(archive, shelf):
    with shelf.receive(archive, shelf.data_set(2, PixelData=bytes(400_000))) as incoming:
        shelf.store(archive, shelf.data_set(1))
        with shelf.open() as other:
            other.mark()
        incoming.commit(lambda record: None)
    archive.reset()

    assert shelf.uids(archive) == {"1"}
    assert archive.check() == []


def test_nothing_is_reset_while_a_worker_has_the_archive(archive, shelf):
    archive.mark()
    shelf.store(archive, shelf.data_set(1))
    with shelf.open() as worker:
        with pytest.raises(ArchiveError, match="in use"):
            archive.reset()
        assert shelf.uids(worker) == {"1"}
    archive.reset()
    assert shelf.uids(archive) == set()


def test_without_a_mark_there_is_nothing_to_go_back_to(shelf):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        with pytest.raises(ArchiveError, match="no mark"):
            archive.reset()
        assert shelf.uids(archive) == {"1"}
        assert shelf.store(archive, shelf.data_set(2)) is Outcome.STORED


@pytest.mark.database("postgresql")
def test_an_index_on_a_server_cannot_be_marked_and_says_so(archive, shelf):
    shelf.store(archive, shelf.data_set(1))

    with pytest.raises(ArchiveError, match="only an archive with its own SQLite index"):
        archive.mark()
    with pytest.raises(ArchiveError, match="no mark"):
        archive.reset()
    assert shelf.uids(archive) == {"1"}
    assert shelf.store(archive, shelf.data_set(2)) is Outcome.STORED


def test_a_reset_that_was_interrupted_leaves_what_the_log_says(shelf, monkeypatch):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        archive.mark()
        shelf.store(archive, shelf.data_set(2))
    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", None)
        with pytest.raises(TypeError):
            mark.go_back(shelf.directory)

    with shelf.open() as archive:
        assert shelf.uids(archive) == {"1"}
        assert archive.check() == []


def test_what_is_cut_is_on_the_disk_before_the_index_says_so(archive, shelf, monkeypatch):
    """Or a power failure would bring back what was reset, and the next opening index it."""
    shelf.store(archive, shelf.data_set(1))
    archive.mark()
    with shelf.receive(archive, shelf.data_set(3, PixelData=bytes(400_000))) as incoming:
        shelf.store(archive, shelf.data_set(2))
        incoming.commit(lambda record: None)
    cut = (archive.segments / "00000001.log").stat().st_ino
    synced, sync, fsync, replace = [], disk.sync, os.fsync, Path.replace

    def note(descriptor):
        synced.append(os.fstat(descriptor).st_ino)

    with monkeypatch.context() as patch:
        patch.setattr("pacs_open.archive.disk.sync", lambda d: (note(d), sync(d)))
        patch.setattr("os.fsync", lambda d: (note(d), fsync(d)))
        patch.setattr(Path, "replace", lambda *a: (synced.append("replaced"), replace(*a))[1])
        mark.go_back(shelf.directory)

    before = synced[: synced.index("replaced")]
    assert cut in before
    assert archive.segments.stat().st_ino in before


def test_a_copy_that_was_never_finished_is_removed(shelf, caplog):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        archive.mark()
    unfinished = [
        shelf.directory / name
        for name in ("index.sqlite.new", "mark/index.new", "mark/index.new-journal")
    ]
    for path in unfinished:
        path.write_bytes(b"half")

    with shelf.open() as archive:
        archive.reset()
        assert shelf.uids(archive) == {"1"}
    assert not any(path.exists() for path in unfinished)
    assert caplog.text.count("never finished, removed") == 3
