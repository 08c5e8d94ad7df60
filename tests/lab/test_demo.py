"""The demo's own decisions; what it shows is proven in tests/e2e/test_demo.py."""

import io

import pytest
from rich.console import Console

from lab import demo
from lab.progress import Progress


class _NoEngine:
    """An engine that must not be asked."""


def test_without_room_nothing_is_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "room_in", lambda folder: 1_000_000)
    plan = demo.Plan(out=tmp_path / "out")
    with pytest.raises(demo.NoRoomError, match="TMPDIR"):
        demo.show(plan, _NoEngine(), Progress(Console(file=io.StringIO())))


def test_a_report_that_cannot_be_written_is_told_before_anything_is_begun(tmp_path):
    (tmp_path / "out").write_text("a file in the way")
    with pytest.raises(FileExistsError):
        demo.show(
            demo.Plan(out=tmp_path / "out"), _NoEngine(), Progress(Console(file=io.StringIO()))
        )
