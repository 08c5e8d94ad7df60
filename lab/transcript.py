"""What was said while an archive was questioned: kept as lines, without data sets.

A transcript is filled from many threads, one page a network connection; each page bears the name
of the probe that opened it. It is bounded: an archive that talks without end fills no memory.
"""

import secrets
import threading
from dataclasses import dataclass, field

from lab.spoken import Stream

MOST_LINES = 200_000
"""Of a whole transcript: what comes after them is counted, not kept."""


@dataclass
class Transcript:
    """All pages of one run. The salt is forgotten with it: hashes compare within it only."""

    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _pages: list[tuple[str, list[str]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _lines: int = 0
    _left_out: int = 0

    def about(self, subject: str) -> "Chapter":
        """Pages that are opened by it bear this name."""
        return Chapter(self, subject)

    def open(self, subject: str, title: str) -> "Page":
        """Begin a page."""
        lines: list[str] = []
        with self._lock:
            self._pages.append((f"[{subject}] {title}", lines))
        return Page(self, lines)

    def write(self, lines: list[str], text: str) -> None:
        """Add a line to a page, while there is room."""
        with self._lock:
            if self._lines < MOST_LINES:
                self._lines += 1
                lines.append(text)
            else:
                self._left_out += 1

    def text(self) -> str:
        """All pages, in the order in which they were begun."""
        with self._lock:
            pages = [
                "\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in self._pages
            ]
            if self._left_out:
                pages.append(f"{self._left_out} lines more were left out")
        return "\n\n".join(pages) + "\n"

    @property
    def salt(self) -> bytes:
        """What hashes are salted with."""
        return self._salt


@dataclass(frozen=True)
class Chapter:
    """A transcript, for what one probe says."""

    transcript: Transcript
    subject: str

    def open(self, title: str) -> "Page":
        """Begin a page."""
        return self.transcript.open(self.subject, title)


class Page:
    """One network connection."""

    def __init__(self, transcript: Transcript, lines: list[str]) -> None:
        self._transcript = transcript
        self._lines = lines
        self._said = Stream("we:", transcript.salt, self.line)
        self._heard = Stream("it:", transcript.salt, self.line)

    def line(self, text: str) -> None:
        """Add one line."""
        self._transcript.write(self._lines, text)

    def said(self, chunk: bytes | bytearray) -> None:
        """Follow what we send."""
        self._said.feed(chunk)

    def heard(self, chunk: bytes | bytearray) -> None:
        """Follow what we receive."""
        self._heard.feed(chunk)
