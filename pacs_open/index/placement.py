"""Instances put into the index and taken out again, inside its one writing transaction.

The usual case, one more image of a series that is known, costs a look-up, an insertion and
three counts; whatever changes a patient, study or series is counted anew from below.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from pacs_open.index import counts, matching
from pacs_open.index.attributes import BY_LEVEL, LEVELS
from pacs_open.index.entry import Entry
from pacs_open.index.prepared import Prepared
from pacs_open.index.schema import TABLES, instances, patients, segments, series, studies, terms
from pacs_open.values import Level

_EXISTING = Prepared(
    select(
        instances.c.id,
        instances.c.digest,
        instances.c.transfer_syntax,
        instances.c.segment,
        instances.c.parent.label("series"),
    ).where(instances.c.SOPInstanceUID == bindparam("uid"))
)
_KIN = Prepared(
    select(
        patients.c.id.label("patient"),
        patients.c.key,
        patients.c.PatientID,
        patients.c.fingerprint.label("patient_print"),
        studies.c.id.label("study"),
        studies.c.fingerprint.label("study_print"),
        studies.c.SOPClassesInStudy,
        series.c.id.label("series"),
        series.c.fingerprint.label("series_print"),
    )
    .select_from(studies)
    .join(patients, studies.c.parent == patients.c.id)
    .outerjoin(
        series,
        (series.c.parent == studies.c.id) & (series.c.SeriesInstanceUID == bindparam("series")),
    )
    .where(studies.c.StudyInstanceUID == bindparam("study"))
)
_INSERT = {level: Prepared(insert(table), table.c.keys()) for level, table in TABLES.items()}
_INSERT_TERM = Prepared(insert(terms), terms.c.keys())
_KEYS = {
    Level.PATIENT: ("key",),
    Level.STUDY: ("StudyInstanceUID", "parent"),
    Level.SERIES: ("SeriesInstanceUID", "parent"),
}


def _find(table: Table, keys: Iterable[str]) -> Prepared:
    return Prepared(select(table).where(*(table.c[key] == bindparam(key) for key in keys)))


def _one_more(table: Table, count: str) -> Prepared:
    column = table.c[count]
    statement = update(table).where(table.c.id == bindparam("row"))
    return Prepared(statement.values({column: column + bindparam("one")}))


_FIND = {level: _find(TABLES[level], keys) for level, keys in _KEYS.items()}
_LAST = {level: Prepared(select(func.max(TABLES[level].c.id))) for level in _KEYS}
_ONE_MORE = {
    "series": _one_more(series, "NumberOfSeriesRelatedInstances"),
    "study": _one_more(studies, "NumberOfStudyRelatedInstances"),
    "patient": _one_more(patients, "NumberOfPatientRelatedInstances"),
}
_FAMILY = Prepared(
    select(studies.c.parent, studies.c.id, series.c.id)
    .join(series, series.c.parent == studies.c.id)
    .where(series.c.id == bindparam("series"))
)
_REMOVE = Prepared(delete(instances).where(instances.c.id == bindparam("row")))
_NOTE = Prepared(
    update(segments)
    .where(segments.c.number == bindparam("segment"))
    .values(indexed=bindparam("indexed"), synced=bindparam("synced"))
)

_ADVANCE = Prepared(
    update(segments)
    .where(segments.c.number == bindparam("segment"), segments.c.indexed == bindparam("begin"))
    .values(indexed=bindparam("indexed"), synced=bindparam("synced"))
)


def existing(connection: Connection, sop_instance_uid: str) -> Any:
    """The row that stands under a SOP Instance UID; None if there is none."""
    return next(iter(_EXISTING.rows(connection, {"uid": sop_instance_uid})), None)


def kin(connection: Connection, entry: Entry) -> list[Any]:
    """The patients that have this Study Instance UID, and their series with this UID, if any."""
    uids = {
        "study": entry.attributes["StudyInstanceUID"],
        "series": entry.attributes["SeriesInstanceUID"],
    }
    return _KIN.rows(connection, uids)


def place(
    connection: Connection, entry: Entry, commit: int, where: tuple[int, int], rows: Iterable[Any]
) -> None:
    """Put an instance under its patient, study and series; ``rows`` are its kin.

    What stood under its SOP Instance UID must be gone. ``where``: segment and offset.
    """
    prints = {level: entry.fingerprint(level) for level in _KEYS}
    own = next((row for row in rows if row.key == entry.patient_key), None)
    if own is not None and _is_known(own, entry, prints):
        _insert_instance(connection, entry, commit, where, own.series)
        for name, statement in _ONE_MORE.items():
            statement.change(connection, {"row": getattr(own, name), "one": 1})
        return
    family = _ensure_parents(connection, entry, prints)
    _insert_instance(connection, entry, commit, where, family[-1])
    counts.renew(connection, *family)


def remove(connection: Connection, row: Any) -> None:
    """Take an instance out; parents that are left empty vanish."""
    _REMOVE.run(connection, {"row": row.id})
    family: Any = _FAMILY.run(connection, {"series": row.series}).one()
    counts.renew(connection, *family)


def note_segment(connection: Connection, number: int, indexed: int, synced: int) -> None:
    """Remember up to where a segment is in the index."""
    ends = {"indexed": indexed, "synced": synced}
    if _NOTE.run(connection, {"segment": number, **ends}).rowcount == 0:
        connection.execute(insert(segments), {"number": number, **ends})


def advance_segment(
    connection: Connection, number: int, record: tuple[int, int], synced: int
) -> bool:
    """Note one more record, from where to where; False if the index ends elsewhere."""
    begin, end = record
    ends = {"begin": begin, "indexed": end, "synced": synced}
    return _ADVANCE.change(connection, {"segment": number, **ends}) == 1


def _is_known(own: Any, entry: Entry, prints: Mapping[Level, str]) -> bool:
    """Whether nothing is new but the instance."""
    return (
        own.patient_print == prints[Level.PATIENT]
        and own.study_print == prints[Level.STUDY]
        and own.series_print == prints[Level.SERIES]
        and entry.attributes["SOPClassUID"] in own.SOPClassesInStudy.split("\\")
    )


def _insert_instance(
    connection: Connection, entry: Entry, commit: int, where: tuple[int, int], parent: int
) -> None:
    segment, offset = where
    values = {
        **entry.values(Level.IMAGE),
        "id": commit,
        "parent": parent,
        "transfer_syntax": entry.transfer_syntax,
        "digest": entry.digest,
        "size": entry.size,
        "segment": segment,
        "offset": offset,
    }
    _INSERT[Level.IMAGE].change(connection, values)


def _ensure_parents(
    connection: Connection, entry: Entry, prints: Mapping[Level, str]
) -> tuple[int, int, int]:
    """The rows of patient, study and series, found or made."""
    patient, study, one_series = LEVELS[:3]
    first = _ensure(connection, entry, patient, 0, prints)
    second = _ensure(connection, entry, study, first, prints)
    return first, second, _ensure(connection, entry, one_series, second, prints)


def _ensure(
    connection: Connection, entry: Entry, level: Level, parent: int, prints: Mapping[Level, str]
) -> int:
    """The row of a patient, study or series: found, brought up to date, or made.

    What the newest instance says counts; what it leaves empty stays as it was.
    """
    values: dict[str, Any] = entry.values(level)
    fixed = {"key": entry.patient_key, "parent": parent, "fingerprint": prints[level]}
    row = _FIND[level].run(connection, values | fixed).mappings().first()
    if row is None:
        number = int(_LAST[level].run(connection, {}).scalar() or 0) + 1
        _INSERT[level].run(connection, counts.NOTHING[level] | values | fixed | {"id": number})
    elif row["fingerprint"] == prints[level]:
        return int(row["id"])
    else:
        number = int(row["id"])
        values = {keyword: value or row[keyword] for keyword, value in values.items()}
        table = TABLES[level]
        fresh = values | {"fingerprint": prints[level]}
        connection.execute(update(table).where(table.c.id == number).values(fresh))
        counts.drop_terms(connection, level, number)
    _insert_terms(connection, level, number, values)
    return number


def _insert_terms(
    connection: Connection, level: Level, owner: int, values: Mapping[str, str]
) -> None:
    for attribute in BY_LEVEL[level]:
        if not attribute.has_terms:
            continue
        for group, term in matching.terms(attribute.vr, values[attribute.keyword]):
            row = {"keyword": attribute.keyword, "owner": owner, "text": term}
            _INSERT_TERM.run(connection, row | {"component_group": group})
