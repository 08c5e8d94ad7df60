"""Progress without a terminal is plain lines, in order, with nothing that moves."""

import io

import pytest
from rich.console import Console

from lab.progress import Progress


@pytest.fixture
def said():
    return io.StringIO()


def test_without_a_terminal_each_piece_of_work_is_one_line(said):
    with Progress(Console(file=said, width=100)) as progress:
        with progress.task("drawing", 4) as drawing:
            drawing.advance(2)
            drawing.reach(4, "CT")
        with progress.task("starting"):
            pass
    lines = said.getvalue().splitlines()
    assert [line.rsplit(" (", 1)[0] for line in lines] == ["drawing: 4", "starting: done"]
    assert "\x1b" not in said.getvalue()


def test_on_a_terminal_there_are_bars(said):
    console = Console(file=said, force_terminal=True, width=100)
    with Progress(console) as progress, progress.task("drawing", 4) as drawing:
        drawing.advance(4)
    assert "drawing" in said.getvalue()
    assert "4/4" in said.getvalue()


def test_words_about_the_work_are_no_markup(said):
    console = Console(file=said, force_terminal=True, width=120)
    with Progress(console) as progress, progress.task("drawing", 2) as drawing:
        drawing.reach(1, "[red]x[/red]")
        progress.bars.refresh()
    assert "[red]x[/red]" in said.getvalue()


def test_work_that_failed_is_not_called_done(said):
    with (
        pytest.raises(RuntimeError),
        Progress(Console(file=said)) as progress,
        progress.task("drawing"),
    ):
        raise RuntimeError
    assert "done" not in said.getvalue()
