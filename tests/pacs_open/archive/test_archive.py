import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from blake3 import blake3

from pacs_open.archive import disk
from pacs_open.archive.archive import Archive, Outcome
from pacs_open.errors import ArchiveError, ArchiveFullError, IndexUnavailableError
from pacs_open.refusals import DimseRefused

PROGRAM = Path(__file__).with_name("storing_process.py")


@pytest.fixture
def start(shelf):
    """Start processes that store; those still running at the end are killed."""
    running = []

    def start_one(prefix, *, size=100_000, number=0, file_size=0):
        arguments = [str(shelf.directory), prefix, str(size), str(number), str(file_size)]
        if shelf.index_url is not None:
            arguments.append(shelf.index_url)
        running.append(
            subprocess.Popen(
                [sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True
            )
        )
        return running[-1]

    yield start_one
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def acknowledged(lines):
    """UID and digest of each whole line; what was cut off in the middle was not said."""
    whole = (line.split() for line in lines if line.endswith("\n"))
    return dict(pair for pair in whole if len(pair) == 2)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    return acknowledged(process.stdout.readlines())


def served(archive, shelf):
    """UID and digest of everything that the archive hands out, by the bytes it hands out."""
    found = {}
    for held in archive.locate(shelf.query()):
        with archive.reading() as reader:
            stored = reader.open(held)
            data = stored.read()
        assert blake3(data).hexdigest() == held.digest
        assert len(data) == held.size
        found[held.sop_instance_uid] = held.digest
    return found


@pytest.mark.parametrize("size", [2_000, 100_000, 900_000])
def test_whoever_is_killed_loses_nothing_that_was_acknowledged(shelf, start, size):
    told = {}
    for life in range(2):
        workers = [start(f"2.25.{life}{n}", size=size) for n in (1, 2)]
        for worker in workers:
            told |= acknowledged([worker.stdout.readline() for _ in range(4)])
        for worker in workers:
            told |= kill(worker)

    with shelf.open() as archive:
        found = served(archive, shelf)
        assert told.items() <= found.items()
        assert len(found) <= len(told) + 4  # each life may have one whole instance unanswered
        assert archive.check() == []
        before = shelf.dump(archive)
        assert archive.rebuild() == len(found)
        assert shelf.dump(archive) == before


def test_a_worker_is_killed_and_started_again_while_its_sibling_goes_on(shelf, start):
    sibling = start("2.25.1")
    told = acknowledged([sibling.stdout.readline()])
    for life in range(3):
        worker = start(f"2.25.2{life}")
        told |= acknowledged([worker.stdout.readline() for _ in range(3)]) | kill(worker)
        told |= acknowledged([sibling.stdout.readline()])
    told |= kill(sibling)

    with shelf.open() as archive:
        assert told.items() <= served(archive, shelf).items()
        assert archive.check() == []
        segments = list(archive.segments.iterdir())
    assert len(segments) <= 3  # a dead worker's segment is taken over


def test_several_processes_store_at_once(shelf, start):
    workers = [start(f"2.25.{n}", size=5_000, number=15) for n in (1, 2, 3)]
    told = {}
    for worker in workers:
        told |= acknowledged(worker.stdout.readlines())
        assert worker.wait(60) == 0

    with shelf.open() as archive:
        assert served(archive, shelf) == told
        assert len(told) == 45
        (row,) = shelf.find(archive, "STUDY")
        assert row["NumberOfStudyRelatedInstances"] == "45"
        numbers = [number for number, *_ in numbered(archive)]
    assert numbers == list(range(1, 46))


def numbered(archive):
    with archive.index.reading() as connection:
        return connection.exec_driver_sql("SELECT id FROM instances ORDER BY id").all()


def test_what_one_process_stored_the_other_finds_at_once(archive, shelf):
    with shelf.open() as other:
        for number in range(5):
            shelf.store(archive, shelf.data_set(number))
            assert str(number) in shelf.uids(other)
            assert shelf.read(other, number) == shelf.data_set(number)
            assert shelf.store(other, shelf.data_set(number)) is Outcome.REPEATED


def test_a_process_with_a_full_disk_says_so_and_goes_on(shelf, start):
    """A limit on the size of files stands for a disk that is full: EFBIG for ENOSPC."""
    told, full = {}, 0
    for size, prefix in ((400_000, "2.25.1"), (1_000, "2.25.2")):
        worker = start(prefix, size=size, number=6, file_size=1_000_000)
        lines = worker.stdout.readlines()
        assert worker.wait(60) == 0
        told |= acknowledged(lines)
        full += lines.count("full\n")

    assert full == 4
    with shelf.open() as archive:
        assert served(archive, shelf) == told
        assert archive.check() == []
        assert len(told) == 8


def test_threads_store_at_once_and_one_refusal_harms_nobody(archive, shelf):
    outcomes = {}

    def decide(record):
        if record.head.get("Modality") == "XX":
            raise DimseRefused("not this one", 0x0124)

    def work(number):
        for step in range(5):
            uid = number * 10 + step
            modality = "XX" if step == 2 else "CT"
            try:
                outcomes[uid] = shelf.store(
                    archive, shelf.data_set(uid, Modality=modality), decide=decide
                )
            except DimseRefused as refusal:
                outcomes[uid] = refusal

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refused = {uid for uid, outcome in outcomes.items() if isinstance(outcome, DimseRefused)}
    assert refused == {number * 10 + 2 for number in range(1, 9)}
    assert shelf.uids(archive) == {str(uid) for uid in outcomes.keys() - refused}
    assert archive.check() == []


def test_of_many_who_send_the_same_uid_at_once_one_is_there_in_the_end(archive, shelf):
    first_seen = []

    def decide(record):
        first_seen.append(record.existing_digest)

    def work(number):
        shelf.store(archive, shelf.data_set(1, PatientID=f"P{number}"), decide=decide)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert first_seen.count(None) == 1
    assert len(set(first_seen)) == 6
    assert len(shelf.find(archive, "PATIENT")) == 1
    assert archive.rebuild() == 1


def test_durable_means_synced_before_the_answer(shelf, monkeypatch):
    synced = []
    monkeypatch.setattr("pacs_open.archive.disk.sync", lambda d: synced.append(os.fstat(d).st_size))
    with shelf.open() as archive:
        synced.clear()
        shelf.store(archive, shelf.data_set(1))
        size = (archive.segments / "00000001.log").stat().st_size
        assert synced[-1] == size
        synced.clear()
        shelf.store(archive, shelf.data_set(1))
        assert synced == [size]  # a repetition may be another worker's that is not synced yet


def test_relaxed_leaves_it_to_the_operating_system(shelf, monkeypatch):
    with shelf.open(durability="relaxed") as archive:
        shelf.store(archive, shelf.data_set(1))
        synced = []
        monkeypatch.setattr("pacs_open.archive.disk.sync", synced.append)
        shelf.store(archive, shelf.data_set(2), shelf.data_set(2))
        assert synced == []
    assert synced


def test_a_disk_that_cannot_sync_is_no_success(archive, shelf, monkeypatch):
    shelf.store(archive, shelf.data_set(1))

    def fail(descriptor):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("pacs_open.archive.disk.sync", fail)
        with pytest.raises(ArchiveError, match="Input/output error"):
            shelf.store(archive, shelf.data_set(2))
    shelf.store(archive, shelf.data_set(3))

    assert archive.check() == []
    assert {"1", "3"} <= shelf.uids(archive)


@pytest.mark.database("sqlite")
def test_an_index_that_is_gone_stops_stores_and_queries_until_the_next_start(shelf):
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        for path in shelf.directory.glob("index.sqlite*"):
            path.unlink()
        with pytest.raises(IndexUnavailableError):
            shelf.store(archive, shelf.data_set(2))
        with pytest.raises(IndexUnavailableError):
            shelf.find(archive)
    with shelf.open() as archive:
        assert shelf.uids(archive) == {"1"}
        assert archive.check() == []


def test_a_full_disk_under_the_index_takes_the_record_back(archive, shelf, monkeypatch):
    shelf.store(archive, shelf.data_set(1))
    before = (archive.segments / "00000001.log").stat().st_size

    def full(*_):
        raise ArchiveFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr("pacs_open.archive.commit.advance_segment", full)
        with pytest.raises(ArchiveFullError):
            shelf.store(archive, shelf.data_set(2))

    assert (archive.segments / "00000001.log").stat().st_size == before
    assert archive.check() == []
    assert shelf.store(archive, shelf.data_set(2)) is Outcome.STORED
    assert archive.counter.last() == 3


def test_nothing_is_rebuilt_while_another_process_has_it(archive, shelf):
    shelf.store(archive, shelf.data_set(1))
    with shelf.open(), pytest.raises(ArchiveError, match="in use"):
        archive.rebuild()

    assert archive.rebuild() == 1
    assert shelf.store(archive, shelf.data_set(2)) is Outcome.STORED


def test_a_closed_archive_stores_nothing(shelf):
    with shelf.open() as archive:
        incoming = shelf.receive(archive, shelf.data_set(1))
    with pytest.raises(ArchiveError, match="closed"), incoming:
        incoming.commit(lambda record: None)


def test_a_place_that_cannot_be_an_archive_is_one_line(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ArchiveError, match="cannot be written") as fault:
        Archive(tmp_path / "file" / "archive")
    assert "\n" not in str(fault.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps other users out in other ways")
def test_nobody_else_on_the_machine_may_look_in(archive):
    assert archive.directory.stat().st_mode & 0o077 == 0


def test_an_archive_can_be_opened_twice_in_a_row_and_holds_no_files_open(shelf):
    def open_files():
        descriptors = Path("/proc/self/fd")
        return len(list(descriptors.iterdir())) if descriptors.exists() else 0

    before = open_files()
    for number in range(3):
        with shelf.open() as archive:
            shelf.store(archive, shelf.data_set(number))

    assert open_files() == before


def test_asking_to_be_alone_in_vain_costs_no_right(shelf):
    """Or the next one to open it would think itself alone, and make the index anew."""
    with shelf.open() as stays:
        with shelf.open(), pytest.raises(ArchiveError, match="in use"):
            stays.rebuild()

        with stays.opening():
            users = os.open(shelf.directory / "users.lock", os.O_RDWR)
            try:
                assert not disk.lock(users)
            finally:
                os.close(users)


@pytest.mark.database("sqlite")
@pytest.mark.skipif(os.name != "posix", reason="rights are kept elsewhere")
def test_nobody_else_may_read_it_even_in_a_folder_that_all_may_enter(tmp_path, shelf):
    shelf.directory.mkdir(mode=0o755, exist_ok=True)
    with shelf.open() as archive:
        shelf.store(archive, shelf.data_set(1))
        archive.mark()
        archive.reset()
        shelf.store(archive, shelf.data_set(1))
        files = [path for path in shelf.directory.rglob("*") if path.is_file()]
        readable = [path for path in files if path.stat().st_mode & 0o077]

    assert len(files) >= 5
    assert readable == []
