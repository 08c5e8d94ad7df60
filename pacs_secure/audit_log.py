"""The one writer of an audit trail.

One process writes for all workers (see :mod:`pacs_open.ledger`), so that there is one order,
one chain and one holder of the key. What is guaranteed: when ``ask`` returns, the lines are
with the operating system and the anchor names the last of them; a killed process loses none.
Lines and anchor are forced to disk once a second while there is something to write, and at the
end: a power failure may cost the last second, and the gap shows for ever.

Nothing is ever taken out of a trail, except half a line that a killed writer left behind.
"""

import contextlib
import errno
import os
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pacs_open.errors import ConfigurationError
from pacs_secure import audit_chain
from pacs_secure.audit_chain import BINARY, LONGEST_LINE, Head, Line
from pacs_secure.audit_check import Fault, Finding, check
from pacs_secure.audit_codes import DCM
from pacs_secure.audit_folding import Folding
from pacs_secure.audit_message import (
    MAJOR_FAILURE,
    MINOR_FAILURE,
    SERIOUS_FAILURE,
    SUCCESS,
    AuditMessages,
    Transfer,
)

__all__ = ["AuditLog", "Entry", "Fault", "Files", "Finding", "check"]

try:
    import fcntl
except ImportError:  # Windows: two writers of one trail are not noticed there
    fcntl = None  # type: ignore[assignment]

SYNC_EVERY = 1.0
"""Seconds between two times that lines are forced to disk."""


@dataclass(frozen=True)
class Files:
    """Where a trail lives. The key and the anchor lie apart from the trail."""

    trail: Path
    key: Path
    anchor: Path


@dataclass(frozen=True)
class Entry:
    """A message to be written, and what the writer has to know about it."""

    message: str
    kind: str = ""
    """An alert that may be folded with others of this kind."""
    begins: tuple[str, Transfer] | None = None
    """A transfer whose end will be told under this name; else the writer tells that it was cut."""
    ends: str = ""
    """The name of a transfer that is complete."""


class AuditLog:
    """The book of ``audit``: appends lines to the trail, keeps the anchor at its head."""

    def __init__(
        self, files: Files, messages: AuditMessages, folding: Folding | None = None
    ) -> None:
        self._files = files
        self._messages = messages
        self._folding = folding or Folding()
        self._open_transfers: dict[tuple[str, str], Transfer] = {}
        self._key = bytearray(audit_chain.read_key(files.key))
        self._head = _anchored(files)
        self._descriptor = _open_alone(files.trail)
        self._anchor = audit_chain.write_anchor(files.anchor, self._head)
        self._synced = time.monotonic()
        _forget_in_children(self)
        doubts = self._find_the_end()
        self._append([self._alert(doubt, MAJOR_FAILURE) for doubt in doubts])
        self._append([self._alert("audit recording started", SUCCESS)])
        self._sync()

    def ask(self, worker: str, request: Sequence[Entry]) -> None:
        """Write entries, all or none.

        Raises:
            OSError: The disk does not take them, the trail is as it was; or the file was taken
                away or replaced, and what would be written could be read by nobody.
        """
        self._look()
        folded = self._folding.over()
        lines = [self._told(kind, number) for kind, number in folded]
        lines += [
            entry.message
            for entry in request
            if not (entry.kind and self._folding.takes(entry.kind))
        ]
        try:
            self._append(lines)
        except OSError:
            self._folding.owe(folded)
            raise
        for entry in request:
            if entry.begins is not None:
                name, transfer = entry.begins
                self._open_transfers[worker, name] = transfer
            self._open_transfers.pop((worker, entry.ends), None)
        if time.monotonic() - self._synced >= SYNC_EVERY:
            self._sync()

    def release(self, worker: str) -> None:
        """A worker is gone: say which transfers nobody will tell the end of."""
        cut = [mark for mark in self._open_transfers if mark[0] == worker]
        why = "the worker process ended; how many instances were transferred is not known"
        self._append(
            [
                self._messages.instances_transferred(
                    self._open_transfers[mark], SERIOUS_FAILURE, {}, why
                )
                for mark in cut
            ]
        )
        for mark in cut:  # told, and only now forgotten
            del self._open_transfers[mark]

    def close(self) -> None:
        """Tell what was folded, say goodbye, and force all to disk."""
        if self._descriptor < 0:
            return
        folded = self._folding.over(all_of_them=True)
        self._append([self._told(kind, number) for kind, number in folded])
        self._append([self._alert("audit recording stopped", SUCCESS, starts=False)])
        self._sync()
        self._forget()

    def _look(self) -> None:
        """Is the file that is written to the one that stands under its name?"""
        trail = self._files.trail
        if not (trail.exists() and os.path.samestat(os.fstat(self._descriptor), trail.stat())):
            why = "the audit trail was taken away or replaced; put it back, or start anew"
            raise OSError(errno.ESTALE, why, str(trail))

    def _append(self, messages: Sequence[str]) -> None:
        """Write messages in one go, then anchor the new head; what was half written goes back."""
        if not messages:
            return
        size = os.fstat(self._descriptor).st_size
        if size != self._head.offset:
            changed = f"another hand changed the trail: {self._head.offset} bytes became {size}"
            messages = [self._alert(changed, MAJOR_FAILURE), *messages]
            self._head = self._behind(size)
        lines, head = [], self._head
        for message in messages:
            line, head = audit_chain.follow(self._key, head, message)
            lines.append(line)
        self._write(b"".join(lines))
        self._head = head
        if self._anchor < 0:  # it could not be renewed a moment ago
            self._anchor = audit_chain.write_anchor(self._files.anchor, head)
        audit_chain.move_anchor(self._anchor, head)

    def _write(self, content: bytes) -> None:
        """Append bytes, all or none."""
        before = os.fstat(self._descriptor).st_size
        written = os.write(self._descriptor, content)
        if written != len(content):
            os.ftruncate(self._descriptor, before)
            raise OSError(errno.ENOSPC, "the disk took only a part of the audit trail")

    def _behind(self, size: int) -> Head:
        """Return the head for going on behind what others left, on a line of its own."""
        if size:
            with self._files.trail.open("rb") as trail:
                trail.seek(size - 1)
                unfinished = trail.read(1) != b"\n"
            if unfinished:
                self._write(b"\n")
                size += 1
        return Head(self._head.sequence, self._head.digest, size)

    def _sync(self) -> None:
        """Force lines to disk, and only then the anchor that speaks of them."""
        os.fsync(self._descriptor)
        self._close_anchor()
        self._anchor = audit_chain.write_anchor(self._files.anchor, self._head)
        self._synced = time.monotonic()

    def _find_the_end(self) -> list[str]:
        """Go on behind the anchored head, or behind lines that a killed writer did not anchor.

        Returns what an honest trail must say about its own state, in words.
        """
        size, missing = os.fstat(self._descriptor).st_size, self._head.offset
        if size < missing:
            self._head = self._behind(size)
            return [f"the trail is {missing - size} bytes shorter than its anchor says"]
        with self._files.trail.open("rb") as trail:
            trail.seek(self._head.offset)
            while line := trail.readline(LONGEST_LINE):
                if not line.endswith(b"\n") and trail.tell() == size:
                    os.ftruncate(self._descriptor, self._head.offset)
                    return [f"half a line of {len(line)} bytes was taken out"]
                parsed = Line.parse(line.removesuffix(b"\n"))
                if parsed is None or not self._is_next(parsed):
                    self._head = self._behind(size)
                    return ["behind its anchor the trail has lines that were not written here"]
                self._head = Head(parsed.sequence, parsed.digest, trail.tell())
        return []

    def _is_next(self, line: Line) -> bool:
        return line.sequence == self._head.sequence + 1 and line.is_sealed(
            self._key, self._head.digest
        )

    def _alert(self, why: str, outcome: int, *, starts: bool = True) -> str:
        kind = DCM.AuditRecordingStarted if starts else DCM.AuditRecordingStopped
        return self._messages.security_alert(kind, outcome, why)

    def _told(self, kind: str, number: int) -> str:
        """Say how many alerts of a kind were only counted."""
        why = f"{kind}: {number} more like the last ones were counted, not written one by one"
        return self._messages.security_alert(DCM.AccessControlDecision, MINOR_FAILURE, why)

    def _forget(self) -> None:
        """Let go of the file and wipe the key."""
        self._key[:] = bytes(len(self._key))
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._close_anchor()

    def _close_anchor(self) -> None:
        """Close it, and keep no number that may soon be another file's."""
        descriptor, self._anchor = self._anchor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _anchored(files: Files) -> Head:
    """Return the anchored head; a new trail is anchored before its first line."""
    head = audit_chain.read_anchor(files.anchor)
    if head is not None:
        return head
    if files.trail.exists() and files.trail.stat().st_size:
        raise ConfigurationError(
            f"anchor {files.anchor}: is missing although {files.trail} has lines; put it back, or "
            "put the trail aside as evidence and start a new one"
        )
    try:
        os.close(audit_chain.write_anchor(files.anchor, Head()))
    except OSError as error:
        raise ConfigurationError(
            f"anchor {files.anchor}: cannot be written ({error.strerror})"
        ) from error
    return Head()


def _open_alone(path: Path) -> int:
    """Open a trail for appending, and keep every other archive from doing the same."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | BINARY, 0o600)
    except OSError as error:
        raise ConfigurationError(f"file {path}: cannot be written ({error.strerror})") from error
    if os.name == "posix" and os.fstat(descriptor).st_mode & 0o077:
        os.close(descriptor)
        raise ConfigurationError(
            f"file {path}: others may read it, and Patient IDs stand in it; chmod 600 {path}"
        )
    if fcntl is not None:
        try:
            # Not lockf: that lock is lost as soon as this process reads the trail and closes it.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise ConfigurationError(f"file {path}: another archive writes this trail") from error
    return descriptor


def _forget_in_children(log: AuditLog) -> None:
    """A forked worker has no business with file and key: it lets go of both at once."""
    if not hasattr(os, "register_at_fork"):
        return
    reference = weakref.ref(log)

    def forget() -> None:
        child = reference()
        if child is not None:
            with contextlib.suppress(OSError):
                child._forget()  # noqa: SLF001 - a function only because hooks outlive the log

    os.register_at_fork(after_in_child=forget)
