"""A state of the archive to come back to: a copy of the index, which says where to cut the log.

The copy is consistent in itself and names the end of each segment, so workers may go on while
it is made. Cutting back costs nothing but truncating files. If that is interrupted, the next
opening finds the index ahead of the log and makes it anew.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from pacs_open.archive import disk
from pacs_open.archive.segment import numbers, path_of
from pacs_open.errors import ArchiveError, IndexUnavailableError
from pacs_open.index import database
from pacs_open.index.index import Index
from pacs_open.index.sqlite import FILE

FOLDER = "mark"


def make(directory: Path, catalogue: Index) -> None:
    """Remember the state of an archive; an older mark is replaced.

    Raises:
        ArchiveError: no room, or the index is not SQLite's.
    """
    if not catalogue.is_sqlite or catalogue.path is None:
        message = f"{directory}: only an archive with its own SQLite index can be marked"
        raise ArchiveError(message)
    copy = directory / FOLDER / FILE
    fresh = copy.with_suffix(".new")
    with disk.room(copy):
        copy.parent.mkdir(exist_ok=True)
        fresh.unlink(missing_ok=True)
        disk.make_private(fresh)
    try:
        with closing(sqlite3.connect(catalogue.path, timeout=database.PATIENCE)) as connection:
            connection.execute("VACUUM INTO ?", (str(fresh),))
    except sqlite3.Error as error:
        message = f"{copy}: the index cannot be copied ({error})"
        raise IndexUnavailableError(message) from error
    with disk.room(copy):
        disk.sync_file(fresh)
        fresh.replace(copy)
        disk.sync_directory(copy.parent)


def look(directory: Path) -> Path:
    """Where the copy of the index lies.

    Raises:
        ArchiveError: there is no mark.
    """
    copy = directory / FOLDER / FILE
    if not copy.exists():
        message = f"{directory}: there is no mark to go back to"
        raise ArchiveError(message)
    return copy


def go_back(directory: Path) -> None:
    """Cut the log back to the mark and put the copy of the index in place.

    Nobody may have the archive open.

    Raises:
        ArchiveError: there is no mark, or the disk does not obey.
    """
    copy = look(directory)
    with closing(sqlite3.connect(copy)) as connection:
        ends = dict(connection.execute("SELECT number, indexed FROM segments"))
    segments = directory / "segments"
    with disk.room(segments):
        for number in numbers(segments):
            path = path_of(segments, number)
            if number not in ends:
                path.unlink()
            elif path.stat().st_size > ends[number]:
                os.truncate(path, ends[number])
                disk.sync_file(path)  # or a power failure would bring back what was cut
        disk.sync_directory(segments)
        fresh = directory / (FILE + ".new")
        disk.make_private(fresh)
        shutil.copyfile(copy, fresh)
        disk.sync_file(fresh)
        for suffix in ("-wal", "-shm"):
            (directory / (FILE + suffix)).unlink(missing_ok=True)
        fresh.replace(directory / FILE)
        disk.sync_directory(directory)
