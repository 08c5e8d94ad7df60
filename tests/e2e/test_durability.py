"""0000H means durable: kill -9 in the middle of stores, and a disk that is full."""

import os
import random
import subprocess
import sys
import threading

import pytest

from pacs_open.errors import PacsError

ROUNDS = 3
SENDERS = 4
FULL = 0xA700


@pytest.fixture(params=["open", "secure"])
def kind(request):
    return request.param


class Senders:
    """Modalities that store one small instance after the other until the archive is gone."""

    def __init__(self, archive, encode, round_number):
        self.acknowledged = set()
        self._archive, self._encode, self._round = archive, encode, round_number
        self._more = threading.Condition()
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()

    def _send(self, number):
        try:
            with self._archive.wire() as wire:
                for count in range(100_000):
                    uid = f"2.25.9.{self._round}.{number}.{count}"
                    if wire.store(uid, self._encode(uid)) == 0x0000:
                        with self._more:
                            self.acknowledged.add(uid)
                            self._more.notify_all()
        except PacsError:
            return  # the archive is gone, as it shall be

    def wait_for(self, count):
        with self._more:
            assert self._more.wait_for(lambda: len(self.acknowledged) >= count, 60)


def test_every_acknowledged_instance_survives_kill_9_whole(
    kind, make_archive, small_instance, tmp_path
):
    archive = make_archive(kind, tmp_path).start()
    acknowledged = set()

    for number in range(ROUNDS):
        with Senders(archive, small_instance, number) as senders:
            senders.wait_for(random.randint(20, 150))
            archive.kill()
        acknowledged |= senders.acknowledged
        archive.start()

    found = archive.retrieve(StudyInstanceUID="2.25.9")
    assert acknowledged <= set(found)
    assert all(data == small_instance(uid) for uid, data in found.items())
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB, and a way to enlarge it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system to fill it up")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small file system to fill it up")

    def enlarge():
        subprocess.run(["/bin/mount", "-o", "remount,size=64m", str(folder)], check=True)

    yield folder, enlarge
    subprocess.run(["/bin/umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(
    kind, make_archive, small_instance, small_disk, tmp_path
):
    folder, enlarge = small_disk
    archive = make_archive(kind, tmp_path, archive={"directory": str(folder / "archive")}).start()
    acknowledged = set()

    with archive.wire() as wire:

        def store(name, size):
            uid = f"2.25.9.{name}"
            status = wire.store(uid, small_instance(uid, size))
            acknowledged.update([uid] if status == 0x0000 else [])
            return status

        statuses = [store(number, 512) for number in range(40)]  # 512 KiB each
        assert statuses[0] == 0x0000
        assert set(statuses) == {0x0000, FULL}
        statuses = [store(1000 + number, 16) for number in range(2000)]
        assert set(statuses) <= {0x0000, FULL}
        assert archive.retrieve(StudyInstanceUID="2.25.9").keys() == acknowledged
        enlarge()
        assert store(9999, 512) == 0x0000

    found = archive.retrieve(StudyInstanceUID="2.25.9")
    assert found.keys() == acknowledged
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr
    archive.start()
    again = archive.retrieve(StudyInstanceUID="2.25.9")
    assert again == found
    assert archive.stop() == 0
