"""The power fails: what was not synced is gone, what was acknowledged is there.

A killed process leaves its writes to the kernel; only a file system that forgets them shows
whether an archive waits for the disk. That it does forget is shown by a relaxed archive, which
promises nothing, and loses.
"""

import contextlib
import os
import random
import subprocess
import sys
import threading

import pytest

from tests.torture.conftest import ROOT
from tests.torture.senders import Senders, all_is_well

ROUNDS = int(os.environ.get("PACSLAB_TORTURE_ROUNDS", "60")) // 12
"""For each of the two archives; starting is slower here."""
READY_WITHIN = 20.0

pytestmark = [
    pytest.mark.program("fusermount"),
    pytest.mark.skipif(
        sys.platform != "linux" or not os.access("/dev/fuse", os.W_OK),
        reason="only root can mount a small file system, here one of FUSE",
    ),
]


class Power:
    """A folder whose unsynced contents are lost whenever the power fails."""

    def __init__(self, folder):
        self.mountpoint, self._kept = folder / "disk", folder / "kept"
        self._log = folder / "fuse.log"
        self._process = None
        for made in (self.mountpoint, self._kept):
            made.mkdir()

    def on(self):
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.forgetful", self.mountpoint, self._kept],
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        pause = threading.Event()
        for _ in range(int(READY_WITHIN / 0.02)):
            if self.mountpoint.is_mount():
                return
            assert self._process.poll() is None, self._log.read_text()
            pause.wait(0.02)
        raise AssertionError(self._log.read_text())

    def fail(self):
        """Whoever has files open must have been killed; it takes a moment until they are gone."""
        pause = threading.Event()
        for _ in range(int(READY_WITHIN / 0.02)):
            tried = subprocess.run(
                ["/bin/umount", self.mountpoint], check=False, capture_output=True, text=True
            )
            if tried.returncode == 0:
                break
            assert "busy" in tried.stderr, tried.stderr
            pause.wait(0.02)
        assert self._process.wait(30) == 0, self._log.read_text()
        self._process = None

    def end(self):
        if self._process is not None:
            with contextlib.suppress(subprocess.CalledProcessError):
                subprocess.run(["/bin/umount", "-l", self.mountpoint], check=True)
            self._process.wait(30)


@pytest.fixture
def power(tmp_path):
    made = Power(tmp_path)
    made.on()
    yield made
    made.end()


@pytest.fixture
def make_on_disk(make_forked, power, tmp_path):
    """An archive whose log and index lie on the forgetful disk, its settings elsewhere."""

    def make(kind, durability):
        table = {"directory": str(power.mountpoint / "archive"), "durability": durability}
        return make_forked(kind, tmp_path, archive=table)

    return make


def _fail_amid_stores(archive, power, make_instance, study, least):
    with Senders(archive, make_instance, study) as senders:
        senders.wait_for(random.randint(least, least + 40))
        archive.kill()
    power.fail()
    power.on()
    archive.start()
    return senders


@pytest.mark.parametrize("kind", ["open", "secure"])
def test_what_is_acknowledged_outlives_a_power_failure(kind, make_on_disk, make_instance, power):
    archive = make_on_disk(kind, "durable").start()
    acknowledged = 0
    for number in range(ROUNDS):
        senders = _fail_amid_stores(archive, power, make_instance, f"2.25.9.{number}", 1)
        all_is_well(senders, archive.retrieve(StudyInstanceUID=senders.study))
        acknowledged += len(senders.acknowledged)

    print(f"pacs-{kind}: {acknowledged} stores acknowledged, {ROUNDS} power failures, 0 lost")  # noqa: T201
    assert archive.stop() == 0
    checked = archive.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_disk_does_forget_a_relaxed_archive_loses(make_on_disk, make_instance, power):
    """Else the test above would prove nothing."""
    archive = make_on_disk("open", "relaxed").start()
    senders = _fail_amid_stores(archive, power, make_instance, "2.25.9.1", 30)
    found = archive.retrieve(StudyInstanceUID=senders.study)
    assert {uid for uid, _ in senders.acknowledged} - set(found)
    for uid, data in found.items():  # even so, nothing half is served
        assert data in senders.versions(uid)
    assert archive.stop() == 0
