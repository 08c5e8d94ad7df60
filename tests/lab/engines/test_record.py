"""What is written down about a lab is read back, whole, by its owner alone."""

import stat
import sys
from datetime import UTC, datetime

import pytest

from lab.engines.processes import StartedProcess
from lab.engines.record import FILE, Archive, Lab


@pytest.fixture
def lab(tmp_path):
    return Lab(
        engine="process",
        folder=tmp_path,
        since=datetime(2026, 1, 1, 12, tzinfo=UTC),
        until=datetime(2026, 1, 1, 20, tzinfo=UTC),
        raised_by=StartedProcess.this(),
    )


def test_a_lab_is_read_back_as_it_was_written(lab, tmp_path):
    assert Lab.load(tmp_path) is None
    lab.save()
    assert Lab.load(tmp_path) == lab


def test_a_change_is_written_down_at_once(lab, tmp_path):
    archive = Archive(host="127.0.0.1", port=7, ae_title="PACS-OPEN")
    changed = lab.but(open=archive, ready=True)
    assert changed.open == archive
    assert Lab.load(tmp_path) == changed
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its own rules for files")
def test_the_file_is_for_its_owner_alone(lab, tmp_path):
    lab.save()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
