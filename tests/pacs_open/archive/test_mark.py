import pytest

from pacs_open.archive import mark
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
