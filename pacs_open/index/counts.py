"""What the index counts and gathers of each level, worked out anew from the level below."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from pacs_open.index.attributes import BY_LEVEL, COMPUTED
from pacs_open.index.prepared import Prepared
from pacs_open.index.schema import TABLES, instances, series, studies, terms
from pacs_open.values import Level

NOTHING: Mapping[Level, dict[str, Any]] = MappingProxyType(
    {
        level: {name: 0 if name.startswith("Number") else "" for name in names}
        for level, names in COMPUTED.items()
    }
)
"""A row without children."""
_PARENTS = (Level.PATIENT, Level.STUDY, Level.SERIES)
_INSTANCES = Prepared(select(func.count()).where(instances.c.parent == bindparam("row")))
_SERIES = Prepared(
    select(series.c.NumberOfSeriesRelatedInstances, series.c.Modality).where(
        series.c.parent == bindparam("row")
    )
)
_CLASSES = Prepared(
    select(instances.c.SOPClassUID)
    .distinct()
    .join(series, instances.c.parent == series.c.id)
    .where(series.c.parent == bindparam("row"))
)
_STUDIES = Prepared(
    select(studies.c.NumberOfStudyRelatedSeries, studies.c.NumberOfStudyRelatedInstances).where(
        studies.c.parent == bindparam("row")
    )
)
_UPDATE = {
    level: Prepared(
        update(TABLES[level])
        .where(TABLES[level].c.id == bindparam("row"))
        .values({name: bindparam(name) for name in COMPUTED[level]})
    )
    for level in _PARENTS
}
_DROP = {
    level: Prepared(delete(TABLES[level]).where(TABLES[level].c.id == bindparam("row")))
    for level in _PARENTS
}
_DROP_TERMS = Prepared(
    delete(terms).where(
        terms.c.owner == bindparam("owner"), terms.c.keyword == bindparam("keyword")
    )
)


def renew(connection: Connection, patient: int, study: int, one_series: int) -> None:
    """Count anew from below; what is empty vanishes."""
    number = _INSTANCES.run(connection, {"row": one_series}).scalar_one()
    _keep_or_drop(connection, Level.SERIES, one_series, (number,))
    rows = _SERIES.run(connection, {"row": study}).all()
    modalities = _joined(row.Modality for row in rows)
    classes = _joined(_CLASSES.run(connection, {"row": study}).scalars())
    images = sum(row.NumberOfSeriesRelatedInstances for row in rows)
    _keep_or_drop(connection, Level.STUDY, study, (modalities, classes, len(rows), images))
    rows = _STUDIES.run(connection, {"row": patient}).all()
    sums = [sum(column) for column in zip(*rows, strict=True)] or [0, 0]
    _keep_or_drop(connection, Level.PATIENT, patient, (len(rows), *sums))


def drop_terms(connection: Connection, level: Level, owner: int) -> None:
    """Forget the single values of a row."""
    for attribute in BY_LEVEL[level]:
        if attribute.has_terms:
            _DROP_TERMS.run(connection, {"owner": owner, "keyword": attribute.keyword})


def _keep_or_drop(
    connection: Connection, level: Level, row: int, values: tuple[int | str, ...]
) -> None:
    """Write what was worked out, in the order of the level's computed attributes."""
    if values[-1]:
        found = dict(zip(COMPUTED[level], values, strict=True))
        _UPDATE[level].run(connection, {"row": row, **found})
    else:
        _DROP[level].run(connection, {"row": row})
        drop_terms(connection, level, row)


def _joined(values: Iterable[str]) -> str:
    return "\\".join(sorted({value for value in values if value}))
