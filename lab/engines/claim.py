"""A lab's folder: taken for oneself whole, known by a mark, and removed only if it bears that mark.

Removing a folder is the one thing here that could cost somebody else's data. So a folder counts
as a lab's only with our mark in it, which lies there from the first moment on: folder, mark and
record are made under another name and appear together, by one rename.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from lab.engines import EngineError, LabRunsError
from lab.engines.record import Lab
from lab.pki import private_folder

if sys.platform != "win32":
    import fcntl

MARK = "pacslab-lab"
"""File that only a lab's folder holds."""
WORDS = "This folder is made by pacslab, and is removed, with all that is in it, by pacslab down.\n"


def put(lab: Lab) -> bool:
    """Put the lab's folder, mark and record in place; False if something is in the way.

    Raises:
        OSError: the folder cannot be made.
    """
    private_folder(lab.folder.parent)
    fresh = lab.folder.with_name(f"{lab.folder.name}.new-{secrets.token_hex(4)}")
    fresh.mkdir(mode=0o700)
    try:
        (fresh / MARK).write_text(WORDS, encoding="utf-8")
        lab.save(fresh)
        with suppress(OSError):
            lab.folder.rmdir()  # an empty one is nobody's loss
        if os.path.lexists(lab.folder):
            return False
        try:
            fresh.rename(lab.folder)
        except OSError:
            if os.path.lexists(lab.folder):  # another lab was faster
                return False
            raise
        return True
    finally:
        shutil.rmtree(fresh, ignore_errors=True)  # it is there only if it was not renamed


def take(lab: Lab, alive: Callable[[Lab], bool], down: Callable[[Lab], None]) -> None:
    """Put the lab's folder in place; take it over from a lab that died without tidying up.

    ``alive`` and ``down`` are asked of whatever lab is found there.

    Raises:
        LabRunsError: one is alive.
        EngineError: there is something that is not ours, or that cannot be removed.
        OSError: the folder cannot be made.
    """
    while not put(lab):
        there = look(lab.folder)
        if there is not None and alive(there):
            raise LabRunsError(
                "a lab runs already; `pacslab status` shows it, `pacslab down` stops it"
            )
        down(there or lab)
        if is_ours(lab.folder) and look(lab.folder) == there:
            raise EngineError(f"{lab.folder} cannot be removed; remove it by hand")


def look(folder: Path) -> Lab | None:
    """The lab that is written down in a folder; None if there is none, or only a lab's remains.

    Raises:
        EngineError: there is something that is not ours, or a record that cannot be read.
    """
    if not os.path.lexists(folder):
        return None
    if not is_ours(folder) and not _is_empty(folder):
        raise EngineError(f"{folder} is not a lab's folder; move it or set PACSLAB_STATE elsewhere")
    try:
        return Lab.load(folder)
    except ValidationError as error:
        raise EngineError(
            f"{folder} was written by another version of pacslab; end that lab with it, "
            "or remove the folder"
        ) from error


def latest(lab: Lab) -> Lab:
    """The lab as it is written down now: a reset since ``lab`` was read may have changed it."""
    there = Lab.load(lab.folder) if is_ours(lab.folder) else None
    return there if there is not None and there.since == lab.since else lab


def is_ours(folder: Path) -> bool:
    """Whether a folder bears a lab's mark."""
    return not folder.is_symlink() and (folder / MARK).is_file()


def remove(lab: Lab) -> None:
    """Remove the lab's folder if it bears the mark and no later lab lies there.

    The mark goes last, so that what is left after a crash is still known to be ours.
    """
    with _held(lab.folder) as ours:
        if not ours:
            return
        there = Lab.load(lab.folder)
        if there is not None and there.since != lab.since:
            return
        for entry in lab.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != MARK:
                entry.unlink(missing_ok=True)
        (lab.folder / MARK).unlink(missing_ok=True)
        with suppress(OSError):  # something that cannot be removed stays, and is told next time
            lab.folder.rmdir()


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Whether the folder is ours, and nobody else removes it meanwhile.

    The lock is on the mark: who had to wait for it finds it gone, or another lab's. Without
    such locks (Windows) the record alone tells one lab from another.
    """
    if sys.platform == "win32":
        yield is_ours(folder)
        return
    try:
        descriptor = os.open(folder / MARK, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield is_ours(folder) and os.path.samestat(os.fstat(descriptor), (folder / MARK).stat())
    finally:
        os.close(descriptor)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
