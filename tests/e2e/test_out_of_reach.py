"""What an archive needs is out of its reach for a while: told by status, nothing lost, and it recovers by itself.

The conditions are real ones: a lock that another process holds, a file that is gone, a
PostgreSQL server that was stopped, a file system that is mounted read-only. (A full disk is in
``test_durability``, a disk that turns read-only under the archive in ``tests/torture``.)
The statuses are A700H, Refused: Out of Resources, of C-STORE (PS3.4 B.2.3) and C-FIND (Table
C.4-1), and A701H of C-GET, whose sub-operations cannot be counted (Table C.4-3).
"""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from pydicom.uid import ExplicitVRLittleEndian

from pacs_open.data_sets.elements import element
from pacs_open.errors import PacsError
from pacs_open.wire.command import Command, CommandField
from tests.e2e.conftest import STUDY_FIND, STUDY_GET, until
from tests.pacs_open.conftest import postgresql

__all__ = ["postgresql"]

STORED, OUT_OF_RESOURCES, CANNOT_COUNT = 0x0000, 0xA700, 0xA701
STUDY = "2.25.9"


@pytest.fixture(params=["open", "secure"])
def kind(request):
    return request.param


class Asking:
    """One archive, asked in all three ways, each time on a new association."""

    def __init__(self, archive, encode):
        self._archive, self._encode = archive, encode
        self.acknowledged = {}

    def store(self, name):
        uid = f"{STUDY}.{name}"
        data = self._encode(uid)
        with self._archive.wire() as wire:
            status = wire.store(uid, data)
        if status == STORED:
            self.acknowledged[uid] = data
        return status

    def _status(self, field, sop_class):
        data = element(0x00080052, "CS", b"STUDY", explicit=True)
        data += element(0x0020000D, "UI", STUDY.encode(), explicit=True)
        command = Command(
            field, affected_sop_class_uid=sop_class, message_id=1, priority=0, has_data_set=True
        )
        with self._archive.wire((sop_class, [ExplicitVRLittleEndian])) as wire:
            wire.channel.send(1, command, data)
            while message := wire.channel.receive():
                b"".join(map(bytes, wire.channel.fragments()))
                if message.command.status != 0xFF00:
                    return message.command.status
        return None

    def find(self):
        return self._status(CommandField.C_FIND_RQ, STUDY_FIND)

    def get(self):
        return self._status(CommandField.C_GET_RQ, STUDY_GET)

    def is_served(self):
        """Whether it stores again; workers may be on their way out or in."""
        try:
            return self.store(99) == STORED
        except PacsError:
            return False

    def lost_nothing(self):
        assert self._archive.retrieve(StudyInstanceUID=STUDY) == self.acknowledged
        assert self._archive.stop() == 0
        checked = self._archive.check()
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def start(kind, make_archive, small_instance, tmp_path):
    @contextmanager
    def started(**table):
        archive = make_archive(kind, tmp_path, archive={"directory": "archive", **table}).start()
        try:
            yield archive, Asking(archive, small_instance)
        finally:
            archive.stop()

    return started


def test_an_index_that_another_process_locks(start, tmp_path):
    """Readers go on: the log is written ahead there."""
    with start() as (_, asking):
        assert asking.store(1) == STORED
        with closing(sqlite3.connect(tmp_path / "archive" / "index.sqlite")) as other:
            other.execute("BEGIN EXCLUSIVE")
            assert asking.store(2) == OUT_OF_RESOURCES
            assert asking.find() == STORED
            other.rollback()
        assert asking.store(2) == STORED
        asking.lost_nothing()


def test_an_index_that_is_gone_is_made_anew_by_itself(start, tmp_path):
    with start() as (_, asking):
        assert asking.store(1) == STORED
        for path in (tmp_path / "archive").glob("index.sqlite*"):
            path.unlink()
        assert asking.store(2) in {OUT_OF_RESOURCES, STORED}  # it may be made anew already
        until(asking.is_served, "the archive with a new index")
        asking.lost_nothing()


def test_a_postgresql_that_is_stopped(start, postgresql):
    with start(index=postgresql.empty()) as (archive, asking):
        assert asking.store(1) == STORED
        with postgresql.away():
            assert asking.store(2) == OUT_OF_RESOURCES
            assert asking.find() == OUT_OF_RESOURCES
            assert asking.get() == CANNOT_COUNT
        assert asking.store(2) == STORED
        asking.lost_nothing()
        assert archive.stop() is None


def test_a_disk_that_is_read_only_at_the_start_is_told_in_one_line(kind, make_archive, tmp_path):
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system to make it read-only")
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small file system to make it read-only")
    try:
        archive = make_archive(kind, tmp_path, archive={"directory": str(disk / "archive")})
        archive.start()
        assert archive.stop() == 0
        subprocess.run(["/bin/mount", "-o", "remount,ro", str(disk)], check=True)
        ran = subprocess.run(archive.command(), capture_output=True, text=True, check=False)
        assert ran.returncode == 2
        (line,) = ran.stderr.splitlines()
        assert "cannot be written (Read-only file system)" in line
        subprocess.run(["/bin/mount", "-o", "remount,rw", str(disk)], check=True)
        archive.start()
        assert archive.stop() == 0
    finally:
        subprocess.run(["/bin/umount", str(disk)], check=True)
