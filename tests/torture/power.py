"""A disk that a test takes the power from, or makes read-only, under an archive that runs."""

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READY_WITHIN = 20.0
"""Seconds."""

NEEDED = [
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

    def turn_read_only(self, *, yes=True):
        """As a disk does that the kernel has found faulty: whoever has files open keeps them."""
        if yes:
            (self._kept.parent / "read-only").touch()
        else:
            (self._kept.parent / "read-only").unlink()

    def end(self):
        if self._process is not None:
            with contextlib.suppress(subprocess.CalledProcessError):
                subprocess.run(["/bin/umount", "-l", self.mountpoint], check=True)
            self._process.wait(30)
