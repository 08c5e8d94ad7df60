"""An instance as the index keeps it, and how it gets in there and out again."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, update

from pacs_open import matching
from pacs_open.attributes import BY_KEYWORD, BY_LEVEL
from pacs_open.prepared import Prepared
from pacs_open.schema import TABLES, instances, patients, segments, series, studies, terms
from pacs_open.values import Level

_SEPARATOR = "\\"


@dataclass(frozen=True)
class Entry:
    """One instance, ready for the index.

    ``attributes`` maps every keyword of :mod:`pacs_open.attributes` to text.
    """

    attributes: Mapping[str, str]
    transfer_syntax: str
    digest: str
    size: int

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID."""
        return self.attributes["SOPInstanceUID"]

    @property
    def patient_key(self) -> str:
        """What tells patients apart; a study without Patient ID stands alone."""
        patient_id = self.attributes["PatientID"]
        if not patient_id:
            return "study " + self.attributes["StudyInstanceUID"]
        return f"id {len(patient_id)} {patient_id} {self.attributes['IssuerOfPatientID']}"

    def values(self, level: Level) -> dict[str, str]:
        """The attributes of one level."""
        return {a.keyword: self.attributes[a.keyword] for a in BY_LEVEL[level]}


def describe(
    elements: Mapping[str, str], sop_class_uid: str, sop_instance_uid: str
) -> dict[str, str]:
    """What the index keeps of a data set; the UIDs are those it was sent under."""
    found = dict.fromkeys(BY_KEYWORD, "")
    for keyword in BY_KEYWORD.keys() & elements.keys():
        vr, text = BY_KEYWORD[keyword].vr, elements[keyword]
        found[keyword] = matching.canonical(vr, text)[: matching.LONGEST]
    return found | {"SOPClassUID": sop_class_uid, "SOPInstanceUID": sop_instance_uid}


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
_INSERT = Prepared(insert(instances), instances.c.keys())


def _one_more(table: Table, count: str) -> Prepared:
    column = table.c[count]
    statement = update(table).where(table.c.id == bindparam("row"))
    return Prepared(statement.values({column: column + bindparam("more")}))


_COUNT = {
    "series": _one_more(series, "NumberOfSeriesRelatedInstances"),
    "study": _one_more(studies, "NumberOfStudyRelatedInstances"),
    "patient": _one_more(patients, "NumberOfPatientRelatedInstances"),
}
_NOTE = Prepared(
    update(segments)
    .where(segments.c.number == bindparam("segment"))
    .values(indexed=bindparam("indexed"), synced=bindparam("synced"))
)


def existing(connection: Connection, sop_instance_uid: str) -> Any:
    """The row that stands under a SOP Instance UID; None if there is none."""
    return _EXISTING.run(connection, {"uid": sop_instance_uid}).first()


def kin(connection: Connection, entry: Entry) -> list[Any]:
    """The patients that have this Study Instance UID, and their series with this UID, if any."""
    uids = {
        "study": entry.attributes["StudyInstanceUID"],
        "series": entry.attributes["SeriesInstanceUID"],
    }
    return list(_KIN.run(connection, uids))


def place(
    connection: Connection, entry: Entry, commit: int, where: tuple[int, int], rows: Iterable[Any]
) -> None:
    """Put an instance under its patient, study and series; ``rows`` are its kin.

    What stood under its SOP Instance UID must be gone. ``where``: segment and offset.
    """
    prints = {level: _fingerprint(entry.values(level)) for level in TABLES}
    own = next((row for row in rows if row.key == entry.patient_key), None)
    known = (
        own is not None
        and own.patient_print == prints[Level.PATIENT]
        and own.study_print == prints[Level.STUDY]
        and own.series_print == prints[Level.SERIES]
        and entry.attributes["SOPClassUID"] in own.SOPClassesInStudy.split(_SEPARATOR)
    )
    if own is not None and known:
        _insert_instance(connection, entry, commit, where, own.series)
        for name, statement in _COUNT.items():
            statement.run(connection, {"row": getattr(own, name), "more": 1})
        return
    chain = _ensure_parents(connection, entry, prints)
    _insert_instance(connection, entry, commit, where, chain[2])
    _recount(connection, *chain)


def remove(connection: Connection, row: Any) -> None:
    """Take an instance out; parents that are left empty vanish."""
    connection.execute(delete(instances).where(instances.c.id == row.id))
    query = (
        select(studies.c.parent, studies.c.id, series.c.id)
        .join(series, series.c.parent == studies.c.id)
        .where(series.c.id == row.series)
    )
    _recount(connection, *connection.execute(query).one())


def note_segment(connection: Connection, number: int, indexed: int, synced: int) -> None:
    """Remember up to where a segment is in the index."""
    ends = {"indexed": indexed, "synced": synced}
    if _NOTE.run(connection, {"segment": number, **ends}).rowcount == 0:
        connection.execute(insert(segments), {"number": number, **ends})


def _fingerprint(values: Mapping[str, str]) -> str:
    whole = "\x1f".join(values.values()).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


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
    _INSERT.run(connection, values)


def _ensure_parents(
    connection: Connection, entry: Entry, prints: Mapping[Level, str]
) -> tuple[int, int, int]:
    keys: dict[Level, dict[str, Any]] = {
        Level.PATIENT: {"key": entry.patient_key},
        Level.STUDY: {"StudyInstanceUID": entry.attributes["StudyInstanceUID"]},
        Level.SERIES: {"SeriesInstanceUID": entry.attributes["SeriesInstanceUID"]},
    }
    chain: list[int] = []
    for level, key in keys.items():
        if chain:
            key["parent"] = chain[-1]
        chain.append(_ensure(connection, level, key, entry.values(level), prints[level]))
    return chain[0], chain[1], chain[2]


def _ensure(
    connection: Connection, level: Level, key: dict[str, Any], values: dict[str, str], fresh: str
) -> int:
    """The row of a patient, study or series: found, brought up to date, or made.

    What the newest instance says counts; what it leaves empty stays as it was.
    """
    table = TABLES[level]
    query = select(table).where(*(table.c[column] == value for column, value in key.items()))
    row = connection.execute(query).mappings().first()
    if row is None:
        made = connection.execute(insert(table), {**values, **key, "fingerprint": fresh})
        number = int(made.inserted_primary_key[0])  # type: ignore[index] # one row was inserted
    elif row["fingerprint"] == fresh:
        return int(row["id"])
    else:
        number = int(row["id"])
        values = {keyword: value or row[keyword] for keyword, value in values.items()}
        statement = update(table).where(table.c.id == number)
        connection.execute(statement.values({**values, "fingerprint": fresh}))
        _drop_terms(connection, level, number)
    fresh_terms = [
        {"keyword": a.keyword, "owner": number, "component_group": group, "text": term}
        for a in BY_LEVEL[level]
        if a.has_terms
        for group, term in matching.terms(a.vr, values[a.keyword])
    ]
    if fresh_terms:
        connection.execute(insert(terms), fresh_terms)
    return number


def _drop_terms(connection: Connection, level: Level, owner: int) -> None:
    keywords = [a.keyword for a in BY_LEVEL[level] if a.has_terms]
    connection.execute(delete(terms).where(terms.c.owner == owner, terms.c.keyword.in_(keywords)))


def _recount(connection: Connection, patient: int, study: int, one_series: int) -> None:
    """Count anew from below; what is empty vanishes."""
    held = select(func.count()).where(instances.c.parent == one_series)
    number = connection.execute(held).scalar_one()
    counts = {"NumberOfSeriesRelatedInstances": number}
    _update_or_drop(connection, Level.SERIES, one_series, counts)
    query = select(
        func.count(), func.coalesce(func.sum(series.c.NumberOfSeriesRelatedInstances), 0)
    ).where(series.c.parent == study)
    number, images = connection.execute(query).one()
    modalities = select(series.c.Modality).where(series.c.parent == study).distinct()
    classes = (
        select(instances.c.SOPClassUID)
        .distinct()
        .join(series, instances.c.parent == series.c.id)
        .where(series.c.parent == study)
    )
    found = {
        "NumberOfStudyRelatedSeries": number,
        "NumberOfStudyRelatedInstances": images,
        "ModalitiesInStudy": _joined(connection.execute(modalities).scalars()),
        "SOPClassesInStudy": _joined(connection.execute(classes).scalars()),
    }
    _update_or_drop(connection, Level.STUDY, study, found)
    sums = (studies.c.NumberOfStudyRelatedSeries, studies.c.NumberOfStudyRelatedInstances)
    query = select(func.count(), *(func.coalesce(func.sum(one), 0) for one in sums))
    row = connection.execute(query.where(studies.c.parent == patient)).one()
    names = ("Studies", "Series", "Instances")
    counts = {f"NumberOfPatientRelated{n}": c for n, c in zip(names, row, strict=True)}
    _update_or_drop(connection, Level.PATIENT, patient, counts)


def _joined(values: Iterable[str]) -> str:
    return _SEPARATOR.join(sorted(value for value in values if value))


def _update_or_drop(
    connection: Connection, level: Level, row: int, values: Mapping[str, Any]
) -> None:
    table = TABLES[level]
    if any(count for count in values.values() if isinstance(count, int)):
        connection.execute(update(table).where(table.c.id == row).values(values))
    else:
        connection.execute(delete(table).where(table.c.id == row))
        _drop_terms(connection, level, row)
