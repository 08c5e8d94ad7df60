import errno
import os

import pytest

from pacs_open.archive import disk
from pacs_open.errors import ArchiveError, ArchiveFullError


@pytest.fixture
def file(tmp_path):
    descriptor = os.open(tmp_path / "file", disk.READ_WRITE | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def test_parts_are_written_one_behind_the_other(file):
    written = disk.write_at(file, [b"ab", bytearray(b"cd"), memoryview(b"ef")], 3)

    assert written == 6
    assert disk.read_at(file, 100, 0) == b"\0\0\0abcdef"


def test_a_write_that_stops_half_way_goes_on(file, monkeypatch):
    monkeypatch.setattr(disk, "_pwritev", lambda d, parts, at: os.pwrite(d, parts[0][:2], at))

    assert disk.write_at(file, [b"abcde", b"fg"], 0) == 7
    assert disk.read_at(file, 100, 0) == b"abcdefg"


def test_reading_stops_at_the_end_of_the_file(file):
    disk.write_at(file, [b"abc"], 0)

    assert disk.read_at(file, 10, 1) == b"bc"
    assert disk.read_at(file, 10, 3) == b""


@pytest.mark.parametrize("code", sorted(disk.FULL))
def test_a_full_disk_is_told_from_other_faults(tmp_path, code):
    with pytest.raises(ArchiveFullError, match="no room"), disk.room(tmp_path):
        raise OSError(code, os.strerror(code))


def test_other_faults_are_one_line(tmp_path):
    with pytest.raises(ArchiveError, match="cannot be written") as fault, disk.room(tmp_path):
        raise OSError(errno.EACCES, "Permission denied")

    assert not isinstance(fault.value, ArchiveFullError)
    assert "\n" not in str(fault.value)


def test_a_folder_is_made_with_those_above_it_and_each_name_is_synced(tmp_path, monkeypatch):
    """A power failure took a whole new archive, every record of which had been synced."""
    synced = []
    monkeypatch.setattr(disk, "sync_directory", synced.append)
    disk.make_directory(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").stat().st_mode & 0o777 == 0o700
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    disk.make_directory(tmp_path / "a" / "b" / "c")
    assert len(synced) == 3


def test_a_lock_keeps_others_out_until_its_holder_closes(tmp_path):
    path = tmp_path / "lock"
    first = os.open(path, disk.READ_WRITE | os.O_CREAT)
    second = os.open(path, disk.READ_WRITE)

    assert disk.lock(first)
    assert not disk.lock(second)
    assert not disk.lock(second, shared=True)
    os.close(first)
    assert disk.lock(second)
    os.close(second)


def test_shared_locks_go_together_but_not_with_an_exclusive_one(tmp_path):
    path = tmp_path / "lock"
    first = os.open(path, disk.READ_WRITE | os.O_CREAT)
    second = os.open(path, disk.READ_WRITE)

    assert disk.lock(first, shared=True)
    assert disk.lock(second, shared=True)
    assert not disk.lock(first)
    os.close(second)
    assert disk.lock(first)
    os.close(first)


def test_a_lock_file_is_held_for_a_while(tmp_path):
    path = tmp_path / "lock"
    with disk.locked(path):
        other = os.open(path, disk.READ_WRITE)
        assert not disk.lock(other)
    assert disk.lock(other)
    os.close(other)


def test_files_and_directories_are_synced(tmp_path, file):
    disk.sync(file)
    disk.sync_file(tmp_path / "file")
    disk.sync_directory(tmp_path)
