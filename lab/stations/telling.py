"""Says what a station has to say: lines on one stream, from several threads, in whole lines."""

import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from lab.evidence import printable
from lab.pictures import Picture
from lab.stations.lines import ALIVE_EVERY, LONGEST_SHOWN, Advance, Line, PictureLine

OFTEN_ENOUGH = 0.1
"""Seconds between two lines about one part of the work; the last one is always said."""


class Teller:
    """Give it a stream; ``gone`` is called where nobody reads on."""

    def __init__(self, stream: BinaryIO, *, gone: Callable[[], None]) -> None:
        self._stream = stream
        self._gone = gone
        self._lock = threading.RLock()
        self._most: dict[str, int] = {}
        self._said: dict[str, float] = {}
        self._waiting: dict[str, Advance] = {}

    def progress(self, what: str, done: int, of: int | None = None, words: str = "") -> None:
        """How far one part is; said at once, or soon after, or not where a later one is.

        Threads may tell out of order what they counted in order: what goes back is not said.
        """
        now = time.monotonic()
        with self._lock:
            if done < self._most.get(what, 0):
                return
            self._most[what] = done
            advance = Advance(what=what, done=done, of=of, words=words)
            if now - self._said.get(what, 0.0) < OFTEN_ENOUGH:
                self._waiting[what] = advance
                return
            self._said[what] = now
            self._waiting.pop(what, None)
            self._say(Line(progress=advance))

    def picture(self, picture: Picture) -> None:
        """Show a picture."""
        self._say(Line(picture=PictureLine.of(picture)))

    def result(self, value: Any) -> None:
        """The last line, after what was still to be said of progress."""
        self._flush()
        self._say(Line(result=value))

    def fault(self, why: str) -> None:
        """The last line where there is no result."""
        self._say(Line(fault=printable(why, LONGEST_SHOWN)))

    def alive(self, seconds: float) -> None:
        """A sign of life, and what was still to be said of progress."""
        self._flush()
        self._say(Line(alive=round(seconds, 1)))

    def _flush(self) -> None:
        with self._lock:
            for advance in self._waiting.values():
                self._say(Line(progress=advance))
            self._waiting.clear()

    def _say(self, line: Line) -> None:
        text = line.model_dump_json(exclude_unset=True).encode() + b"\n"
        with self._lock:
            try:
                self._stream.write(text)
                self._stream.flush()
            except OSError:
                self._gone()


class Watch:
    """A context manager: signs of life while the work goes on, and its deadline."""

    def __init__(self, teller: Teller, within: float, late: Callable[[], None]) -> None:
        self._teller = teller
        self._within = within
        self._late = late
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        began = time.monotonic()
        while True:
            left = began + self._within - time.monotonic()
            if self._over.wait(min(ALIVE_EVERY, max(left, 0))):
                return
            if left <= ALIVE_EVERY and time.monotonic() >= began + self._within:
                self._late()
                return
            self._teller.alive(time.monotonic() - began)
