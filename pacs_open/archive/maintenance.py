"""Looking after an archive: is everything there, what does it hold, give it to people."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Row, Select, select

from pacs_open.archive import disk
from pacs_open.archive.codec import Codec
from pacs_open.archive.record import SEGMENT_START, RecordHeader
from pacs_open.archive.segment import SUFFIX, Damage, Segment, numbers, path_of
from pacs_open.archive.stored import Stored, examine, open_record, opened
from pacs_open.errors import ArchiveError, DamagedRecordError
from pacs_open.index.index import Index
from pacs_open.index.placement import existing
from pacs_open.index.schema import instances, patients, series, studies

logger = logging.getLogger(__name__)

PAGE = 1000
"""Rows read at a time."""


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be."""

    kind: str
    """``damaged record``, ``half record``, ``not in the index``, ``not in the log`` or
    ``leftover``."""
    where: str
    detail: str


def state_hash(index: Index) -> str:
    """SHA-256 over the sorted (SOP Instance UID, data set digest) of all instances."""
    total = hashlib.sha256()
    last = ""
    uid = instances.c.SOPInstanceUID
    while True:
        query = select(uid, instances.c.digest).where(uid > last).order_by(uid).limit(PAGE)
        with index.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return total.hexdigest()
        for row in rows:
            total.update(f"{row.SOPInstanceUID} {row.digest}\n".encode())
        last = rows[-1].SOPInstanceUID


def check(directory: Path, index: Index, codecs: Mapping[int, Codec]) -> list[Problem]:
    """Read the whole log and compare it with the index; workers may go on meanwhile.

    ``directory``: of the segments.
    """
    problems = [
        Problem("leftover", str(path), "is no segment")
        for path in sorted(directory.iterdir())
        if path.suffix != SUFFIX or not path.stem.isdecimal()
    ]
    ends = index.segment_ends()
    for number in sorted({*numbers(directory), *ends}):
        indexed, _ = ends.get(number, (0, 0))
        try:
            segment = Segment.open(path_of(directory, number))
        except ArchiveError as error:
            problems.append(Problem("damaged record", str(path_of(directory, number)), str(error)))
            continue
        if segment is not None:
            with contextlib.closing(segment):
                problems += _check_segment(segment, index, codecs, indexed)
    return problems


def _check_segment(
    segment: Segment, index: Index, codecs: Mapping[int, Codec], indexed: int
) -> Iterator[Problem]:
    query = select(instances.c.offset, instances.c.SOPInstanceUID, instances.c.digest)
    with index.reading() as connection:
        rows = connection.execute(query.where(instances.c.segment == segment.number))
        known: dict[int, Any] = {row.offset: row for row in rows}
    for record in segment.scan(SEGMENT_START):
        where = f"{segment.path} at {record.offset}"
        if record.offset >= indexed and isinstance(record, Damage):
            if _is_orphan(segment):
                yield Problem("half record", where, f"{record.length} bytes")
        elif isinstance(record, Damage):
            yield Problem("damaged record", where, f"{record.length} bytes hold no record")
        elif record.offset < indexed:
            yield from _check_record(segment, record, index, codecs, known.pop(record.offset, None))
    for offset, row in known.items():
        yield Problem("not in the log", f"{segment.path} at {offset}", row.SOPInstanceUID)


def _check_record(
    segment: Segment,
    record: RecordHeader,
    index: Index,
    codecs: Mapping[int, Codec],
    row: Row[Any] | None,
) -> Iterator[Problem]:
    where = f"{segment.path} at {record.offset}"
    try:
        entry = examine(segment, record, codecs)
    except DamagedRecordError as error:
        yield Problem("damaged record", where, str(error))
        return
    if row is not None and (row.SOPInstanceUID, row.digest) == (
        entry.sop_instance_uid,
        entry.digest,
    ):
        return
    with index.reading() as connection:
        newer = existing(connection, entry.sop_instance_uid)
    if row is not None or newer is None or newer.id < record.commit:
        yield Problem("not in the index", where, entry.sop_instance_uid)


def _is_orphan(segment: Segment) -> bool:
    """Whether nobody writes to a segment; what its owner is busy with is no leftover."""
    owner = Segment.open(segment.path, lease=True)
    if owner is None:
        return False
    owner.close()
    return True


@dataclass(frozen=True)
class Exported:
    """What an export wrote, and what it could not write because the log does not hold it."""

    files: int
    problems: list[Problem]


def clear_leftovers(directory: Path) -> None:
    """Remove what a killed process left unfinished; called while nobody else opens or marks."""
    with disk.room(directory):
        for path in (*directory.glob("*.new"), *directory.glob("mark/*.new*")):
            logger.warning("%s: was never finished, removed", path)
            path.unlink()


def export(segments: Path, index: Index, codecs: Mapping[int, Codec], directory: Path) -> Exported:
    """Write loose DICOM files: patient/study/series/instance, each numbered from 1.

    No name in the directory comes from a peer; ``index.json`` tells what is what. Each record
    is compared with its checksum before it becomes a file; a damaged one harms no neighbour.

    Raises:
        ArchiveError: the directory is not empty or cannot be written.
    """
    with disk.room(directory):
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            message = f"{directory}: is not empty; export into a new directory"
            raise ArchiveError(message)
        with (directory / "index.json").open("w", encoding="utf-8") as listing:
            return _export_all(segments, index, codecs, directory, listing)


def _export_all(
    segments: Path, index: Index, codecs: Mapping[int, Codec], directory: Path, listing: TextIO
) -> Exported:
    numbering = _Numbering()
    count, problems = 0, []
    listing.write("[")
    for row in _in_order(index):
        path, name = path_of(segments, row.segment), numbering.path_of(row)
        try:
            with opened(path, row.offset, row.digest) as (segment, header):
                examine(segment, header, codecs)
                _write(directory / name, open_record(segment, row.offset, codecs))
        except ArchiveError as error:
            where = f"{path} at {row.offset}"
            problems.append(Problem("damaged record", where, f"{row.SOPInstanceUID}: {error}"))
            continue
        line = {"file": name, **{key: getattr(row, key) for key in _LISTED}}
        listing.write(",\n" if count else "\n")
        listing.write(json.dumps(line, ensure_ascii=False))
        count += 1
    listing.write("\n]\n")
    return Exported(count, problems)


def _write(path: Path, stored: Stored) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(stored.front)
        for piece in stored.chunks():
            file.write(piece)


class _Numbering:
    """Invented names: the parents of each row are numbered as they come."""

    def __init__(self) -> None:
        self._last: list[int | None] = [None, None, None]
        self._numbers = [0, 0, 0, 0]

    def path_of(self, row: Row[Any]) -> str:
        for depth, parent in enumerate((row.patient, row.study, row.one_series)):
            if parent != self._last[depth]:
                self._last[depth:] = [parent, *[None] * (2 - depth)]
                self._numbers[depth:] = [self._numbers[depth] + 1, *[0] * (3 - depth)]
        self._numbers[3] += 1
        return "/".join(f"{number:04d}" for number in self._numbers) + ".dcm"


_LISTED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "StudyInstanceUID",
    "StudyDate",
    "StudyDescription",
    "SeriesInstanceUID",
    "Modality",
    "SeriesDescription",
    "SOPInstanceUID",
    "SOPClassUID",
    "InstanceNumber",
)


def _in_order(index: Index) -> Iterator[Row[Any]]:
    """All instances, hierarchically, a page at a time."""
    order = (patients.c.id, studies.c.id, series.c.id, instances.c.id)
    labels = ("patient", "study", "one_series", "instance")
    columns = [column.label(label) for column, label in zip(order, labels, strict=True)]
    kept = [
        column
        for table in (patients, studies, series, instances)
        for column in table.c
        if column.name in _LISTED
    ]
    query: Select[Any] = (
        select(*columns, *kept, *(instances.c[name] for name in ("segment", "offset", "digest")))
        .select_from(patients)
        .join(studies, studies.c.parent == patients.c.id)
        .join(series, series.c.parent == studies.c.id)
        .join(instances, instances.c.parent == series.c.id)
        .order_by(*order)
    )
    last_patient, skipped = 0, 0
    while True:
        page = query.where(patients.c.id >= last_patient).offset(skipped).limit(PAGE)
        with index.reading() as connection:
            rows = connection.execute(page).all()
        if not rows:
            return
        yield from rows
        same = sum(1 for row in rows if row.patient == rows[-1].patient)
        skipped = skipped + same if rows[-1].patient == last_patient else same
        last_patient = rows[-1].patient
