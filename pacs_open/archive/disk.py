"""Bytes on disk: positioned reads and writes, syncing, locks; with fallbacks beside POSIX.

A lock here is the operating system's: it is gone when its holder is, however that ended.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pacs_open.errors import ArchiveFullError, ArchiveUnwritableError

FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""No room, over a file size limit, over quota: for us all the same."""
BINARY = getattr(os, "O_BINARY", 0)
READ_WRITE = os.O_RDWR | BINARY
READ_ONLY = os.O_RDONLY | BINARY


class room:  # noqa: N801 - it is used like a function
    """Turn the operating system's faults while writing into ours.

    A class, because a store enters it five times, and a generator costs four times as much.
    """

    __slots__ = ("_what",)

    def __init__(self, what: Path) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in FULL:
            message = f"{self._what}: no room on the disk ({error.strerror})"
            raise ArchiveFullError(message) from error
        message = f"{self._what}: cannot be written ({error.strerror})"
        raise ArchiveUnwritableError(message) from error


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Read up to ``size`` bytes; fewer only at the end of the file."""
    parts = []
    while size > 0:
        part = _pread(descriptor, size, offset)
        if not part:
            break
        parts.append(part)
        size -= len(part)
        offset += len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def write_at(descriptor: int, parts: Sequence[bytes | bytearray | memoryview], offset: int) -> int:
    """Write all parts one behind the other; return how many bytes that were."""
    size = sum(map(len, parts))
    done = _pwritev(descriptor, parts, offset)
    if done < size:  # a signal, or the disk is all but full: the rest will tell
        rest = memoryview(b"".join(parts))
        while done < size:
            done += _pwritev(descriptor, [rest[done:]], offset + done)
    return size


def _pread(descriptor: int, size: int, offset: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)  # pragma: no cover - Windows; one thread at a time
    return os.read(descriptor, size)  # pragma: no cover


def _pwritev(descriptor: int, parts: Sequence[bytes | bytearray | memoryview], offset: int) -> int:
    if hasattr(os, "pwritev"):
        return os.pwritev(descriptor, parts, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)  # pragma: no cover - Windows and old macOS
    return os.write(descriptor, b"".join(parts))  # pragma: no cover


def make_private(path: Path) -> None:
    """Make an empty file that only its owner may read, where there is none."""
    os.close(os.open(path, READ_WRITE | os.O_CREAT, 0o600))


def sync(descriptor: int) -> None:
    """Wait until the file's bytes, and what it takes to read them, are on the disk."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def sync_file(path: Path) -> None:
    """Sync a file that somebody else wrote."""
    descriptor = os.open(path, READ_WRITE)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(path: Path) -> None:
    """Make a folder, and those above it, so that their names are on the disk, too."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)  # it holds patients
        sync_directory(place.parent)


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    if os.name == "nt":  # pragma: no cover - directories cannot be opened there
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if sys.platform != "win32":
    import fcntl

    def lock(descriptor: int, *, shared: bool = False, wait: bool = False) -> bool:
        """Lock an open file; return whether it is ours now."""
        mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, mode if wait else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Give a lock back."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)

else:  # pragma: no cover - Windows knows no shared lock: there one process has the archive
    import msvcrt

    FAR = 1 << 40  # the lock is mandatory there: lock a byte that nobody reads

    def lock(descriptor: int, *, shared: bool = False, wait: bool = False) -> bool:
        """Lock an open file; return whether it is ours now."""
        del shared
        os.lseek(descriptor, FAR, os.SEEK_SET)
        with contextlib.suppress(OSError):  # what we hold already would keep us out as well
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Give a lock back."""
        os.lseek(descriptor, FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file for a while; wait for it as long as it takes."""
    descriptor = os.open(path, READ_WRITE | os.O_CREAT, 0o600)
    try:
        lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)
