"""Progress of long work, for people: bars on a terminal, plain lines elsewhere."""

import contextlib
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text


class Task:
    """One piece of work; thread-safe."""

    def __init__(self, progress: "Progress", title: str, total: int | None) -> None:
        self._progress = progress
        self.title = title
        self.total = total
        self.done = 0
        self._began = time.monotonic()
        self._bar = progress.bars.add_task(title, total=total, words="")

    def advance(self, steps: int = 1) -> None:
        """So many more are done."""
        self.done += steps
        self._progress.bars.advance(self._bar, steps)

    def reach(self, done: int, words: str = "") -> None:
        """So many are done in all; ``words`` about the last one."""
        self.done = done
        self._progress.bars.update(self._bar, completed=done, words=words)

    def expect(self, total: int) -> None:
        """There are so many in all, as is known only now."""
        self.total = total
        self._progress.bars.update(self._bar, total=total)

    def finish(self) -> None:
        """It is over; without a terminal, one line says so."""
        if self.total is None:
            self._progress.bars.update(self._bar, total=1, completed=1)
        self._progress.bars.update(self._bar, words="")
        seconds = time.monotonic() - self._began
        self._progress.say(f"{self.title}: {self.done or 'done'} ({seconds:.1f} s)")


class Progress:
    """A context manager that shows tasks as they go."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        self.bars = Bars(
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[words]}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )

    @contextlib.contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[Task]:
        """Show one piece of work; ``total`` None where it is not known."""
        task = Task(self, title, total)
        yield task
        task.finish()

    def say(self, line: str) -> None:
        """Say one line where there are no bars to look at."""
        if self.bars.disable:
            with self._lock:
                self._console.print(Text(line), highlight=False)

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bars.stop()
