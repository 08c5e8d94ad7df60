"""Archives that start in a fraction of a second, so that many can be killed."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from lab.engines import settings
from tests.e2e.conftest import ArchiveProcess, a_data_set, authority, encoded, make_archive, party
from tests.torture.power import ROOT, Power

__all__ = ["authority", "make_archive", "party"]


@dataclass
class ForkedArchive(ArchiveProcess):
    """An archive that is forked by ``stable``, which has its modules at hand."""

    stable: subprocess.Popen | None = None
    pid: int = 0

    def start(self):
        self.config.unlink(missing_ok=True)
        settings.write(self.config, self.tables, "of the tests")
        output = self.folder / "output"
        output.unlink(missing_ok=True)  # workers that were killed may hold the last one open yet
        os.mkfifo(output)
        order = {
            "kind": self.kind,
            "arguments": ["--log-format", "json", "--config", str(self.config)],
            "output": str(output),
            "log": str(self.folder / "log"),
        }
        self.stable.stdin.write(json.dumps(order) + "\n")
        self.stable.stdin.flush()
        self.pid = int(self.stable.stdout.readline())
        with output.open() as said:
            first = json.loads(said.readline() or "{}")
        assert first.get("event") == "listening", (self.folder / "log").read_text()
        self.port = first["port"]
        return self

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        return self._gone()

    def kill(self):
        os.killpg(self.pid, signal.SIGKILL)
        assert self._gone() == -signal.SIGKILL

    def _gone(self):
        self.pid = 0
        return int(self.stable.stdout.readline())


@pytest.fixture
def stable():
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.stable"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    yield started
    started.stdin.close()
    started.wait(30)
    started.stdout.close()


@pytest.fixture
def make_forked(make_archive, stable):
    """Describe an archive that will be forked; killed at the end if it still runs."""
    made = []

    def make(kind, folder, **tables):
        plain = make_archive(kind, folder, **tables)
        archive = ForkedArchive(kind, folder, plain.tables, plain.tools, stable=stable)
        made.append(archive)
        return archive

    yield make
    for archive in made:
        if archive.pid:
            os.killpg(archive.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def make_instance():
    """Encode an instance of a study; ``version`` tells one that was sent twice with other bytes."""
    ds = a_data_set(2, 1, 1)
    ds.PatientID = "TORTURE"
    ds.Rows = ds.Columns = 64

    def make(study, uid, version=0):
        ds.SOPInstanceUID = uid
        ds.StudyInstanceUID, ds.SeriesInstanceUID = study, f"{study}.0"
        mark = f"{uid} {version} ".encode()
        ds[0x7FE00010].value = (mark * (64 * 64 * 2 // len(mark) + 1))[: 64 * 64 * 2]
        return encoded(ds)

    return make


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
