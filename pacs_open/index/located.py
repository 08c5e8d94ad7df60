"""The instances that a C-GET or C-MOVE names (PS3.4 C.4.2, C.4.3): numbers first, rows as needed.

A whole study leaves one instance after the other, over minutes, so what is known of all of them
is not held all that time.
"""

from array import array
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from pacs_open.archive.stored import Held
from pacs_open.index.attributes import LEVELS
from pacs_open.index.database import ANSWER_WITHIN
from pacs_open.index.index import Index
from pacs_open.index.schema import TABLES
from pacs_open.index.search import PAGE, joined, matches, numbered
from pacs_open.values import Level, Query


class Located:
    """The instances that an identifier names, in commit order; numbers alone are kept of them.

    Each iteration reads them page by page. One that is replaced or gone by then is left out,
    so that fewer may come than ``len`` says.
    """

    def __init__(self, index: Index, numbers: "array[int]") -> None:
        self._index = index
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Held]:
        for start in range(0, len(self), PAGE):
            ids = self._numbers[start : start + PAGE].tolist()
            with self._index.reading(within=ANSWER_WITHIN) as connection:
                page = connection.execute(_HELD, {"ids": ids}).all()
            for row in page:
                yield Held(*row)


def locate(index: Index, query: Query) -> Located:
    """The instances that an identifier names."""
    with index.reading(within=ANSWER_WITHIN) as connection:
        return Located(index, matches(connection, replace(query, level=Level.IMAGE)))


def _held() -> Select[Any]:
    """The statement for a page of instances: columns are the fields of :class:`Held`, in order."""
    table = TABLES[Level.IMAGE]
    columns = (
        table.c.SOPClassUID.label("sop_class_uid"),
        table.c.SOPInstanceUID.label("sop_instance_uid"),
        table.c.transfer_syntax,
        TABLES[Level.PATIENT].c.PatientID.label("patient_id"),
        TABLES[Level.STUDY].c.StudyInstanceUID.label("study_instance_uid"),
        TABLES[Level.SERIES].c.SeriesInstanceUID.label("series_instance_uid"),
        table.c.size,
        table.c.digest,
        table.c.segment,
        table.c.offset,
    )
    statement = select(*columns).select_from(joined(LEVELS))
    return statement.where(numbered(Level.IMAGE)).order_by(table.c.id)


_HELD = _held()
