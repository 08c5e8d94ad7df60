"""Queries put to the index: what matches, and what is known of it (PS3.4 C.4.1).

Two steps, both short: the numbers of all matches, then their rows page by page. So nothing
stays open while a peer is slow, and memory holds eight bytes a match and one page of rows.
Hierarchical and relational queries are the same thing here: a key of a level below asks for
something there that has it.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    bindparam,
    cast,
    select,
)

from pacs_open.index import matching
from pacs_open.index.attributes import (
    BY_KEYWORD,
    BY_LEVEL,
    COMPUTED,
    LEVELS,
    LOOKED_UP,
    UNIQUE_KEYS,
    up_to,
)
from pacs_open.index.conditions import Conditions, conditions
from pacs_open.index.database import ANSWER_WITHIN
from pacs_open.index.index import Index
from pacs_open.index.matching import Exact
from pacs_open.index.prepared import Prepared
from pacs_open.index.schema import TABLES
from pacs_open.values import Level, Query

PAGE = 500
"""Rows read at a time."""


def search(index: Index, query: Query, only: Collection[str]) -> Iterator[Mapping[str, str]]:
    """Rows of all matches, in the order in which they came to be."""
    wanted = frozenset(only)
    with index.reading(within=ANSWER_WITHIN) as connection:  # most queries need no other
        numbers = matches(connection, query)
        page = _page(connection, query.level, wanted, numbers[:PAGE])
    yield from page
    for start in range(PAGE, len(numbers), PAGE):
        with index.reading(within=ANSWER_WITHIN) as connection:
            page = _page(connection, query.level, wanted, numbers[start : start + PAGE])
        yield from page


def matches(connection: Connection, query: Query) -> "array[int]":
    """The row numbers of all matches, in order."""
    numbers = array("q", _found(connection, query))
    # Mostly they come in order. To sort them takes a list, five times as large as the array.
    in_order = all(one < other for one, other in pairwise(numbers))
    return numbers if in_order else array("q", sorted(numbers))


def _found(connection: Connection, query: Query) -> Iterator[int]:
    """The row numbers of all matches, as the database finds them."""
    values = _single_values(query)
    if values is None:
        yield from connection.execute(matching_rows(query)).scalars()
        return
    rows = _rows_with(query.level, tuple(values)).each(connection, values)
    yield from (number for (number,) in islice(rows, query.limit))


def _single_values(query: Query) -> dict[str, str] | None:
    """What each key demands, if that is one exact value; None: something else is asked.

    Most questions are of this kind, and each has few shapes: the statement is made once.
    """
    if query.restrictions:
        return None
    found = {}
    for keyword, value in query.keys.items():
        attribute = BY_KEYWORD.get(keyword)
        if attribute is None or attribute.vr == "PN" or attribute.has_terms:
            if value:
                return None
            continue
        match matching.parse(attribute.vr, value.replace("\0", "")):
            case None:
                continue
            case (Exact((one,)),):
                found[keyword] = matching.bounded(one) if keyword in LOOKED_UP else one
            case _:
                return None
    return found


@lru_cache(maxsize=256)
def _rows_with(level: Level, keywords: tuple[str, ...]) -> Prepared:
    """The statement for the row numbers at a level whose attributes have values given later."""
    demands: Conditions = {each: [] for each in LEVELS}
    for keyword in keywords:
        column = TABLES[BY_KEYWORD[keyword].level].c[keyword]
        demands[BY_KEYWORD[keyword].level].append(column == bindparam(keyword))
    return Prepared(_matching(level, demands, keywords))


def _page(
    connection: Connection, level: Level, only: frozenset[str], numbers: "array[int]"
) -> list[Mapping[str, str]]:
    """The rows with these numbers; one that is gone in the meantime is left out."""
    if not numbers:
        return []
    rows: Iterable[Any]
    if len(numbers) == 1:
        rows = _row(level, only).each(connection, {"number": numbers[0]})
    else:
        rows = connection.execute(_rows(level, only), {"ids": numbers.tolist()})
    keywords, constants = _rows(level, only).selected_columns.keys(), _constants(only)
    return [dict(zip(keywords, row, strict=True)) | constants for row in rows]


def matching_rows(query: Query) -> Select[int]:
    """The statement for the row numbers of all matches at the query's level."""
    named = [keyword for keyword, value in query.keys.items() if value]
    return _matching(query.level, conditions(query), named).limit(query.limit)


def _matching(level: Level, demands: Conditions, named: Collection[str]) -> Select[int]:
    """The statement for the rows at a level that meet all demands, which name these keywords."""
    above = [each for each in up_to(level) if demands[each] or each is level]
    chain = LEVELS[LEVELS.index(above[0]) : LEVELS.index(level) + 1]
    statement = select(TABLES[level].c.id).select_from(joined(chain))
    statement = statement.where(*(one for each in chain for one in demands[each]))
    lower = [each for each in LEVELS[LEVELS.index(level) + 1 :] if demands[each]]
    if lower:
        has = _named if any(UNIQUE_KEYS[each] in named for each in lower) else _has
        statement = statement.where(has(level, lower[-1], demands))
    return statement


def _has(level: Level, lowest: Level, demands: Conditions) -> ColumnElement[bool]:
    """Whether there is something below that meets all demands of the levels down to there."""
    parent, below = _below(level, lowest, demands)
    return below.where(parent == TABLES[level].c.id).correlate(TABLES[level]).exists()


def _named(level: Level, lowest: Level, demands: Conditions) -> ColumnElement[bool]:
    """The same where a unique key of a level below leaves few, of which each is looked up."""
    _, below = _below(level, lowest, demands)
    named: ColumnElement[bool] = TABLES[level].c.id.in_(below)
    return named


def _below(
    level: Level, lowest: Level, demands: Conditions
) -> tuple[ColumnElement[int], Select[int]]:
    """The parents, at a level, of what meets all demands of the levels below it."""
    chain = LEVELS[LEVELS.index(level) + 1 : LEVELS.index(lowest) + 1]
    parent = TABLES[chain[0]].c.parent
    below = select(parent).select_from(joined(chain))
    return parent, below.where(*(one for each in chain for one in demands[each]))


def joined(chain: Iterable[Level]) -> FromClause:
    """The tables of consecutive levels, each joined to its parent."""
    first, *others = (TABLES[level] for level in chain)
    joined: FromClause = first
    above = first
    for table in others:
        joined = joined.join(table, table.c.parent == above.c.id)
        above = table
    return joined


def numbered(level: Level) -> ColumnElement[bool]:
    """Whether a row's number is one of ``ids``."""
    ids: BindParameter[list[int]] = bindparam("ids", expanding=True, literal_execute=True)
    named: ColumnElement[bool] = TABLES[level].c.id.in_(ids)
    return named


@lru_cache(maxsize=256)
def _rows(level: Level, only: frozenset[str]) -> Select[Any]:
    """The statement for a page of rows."""
    return _described(level, only).where(numbered(level)).order_by(TABLES[level].c.id)


@lru_cache(maxsize=256)
def _row(level: Level, only: frozenset[str]) -> Prepared:
    """The statement for a single row, which is what most questions find."""
    return Prepared(_described(level, only).where(TABLES[level].c.id == bindparam("number")))


def _described(level: Level, only: frozenset[str]) -> Select[Any]:
    """Rows with all attributes of the level and above, or only with some keywords."""
    columns = []
    for each in up_to(level):
        for keyword in (*(a.keyword for a in BY_LEVEL[each]), *COMPUTED[each]):
            if not only or keyword in only or keyword == UNIQUE_KEYS[each]:
                column = TABLES[each].c[keyword]
                text = column if isinstance(column.type, String) else cast(column, String)
                columns.append(text.label(keyword))
    return select(*columns).select_from(joined(up_to(level)))


def _constants(only: frozenset[str]) -> dict[str, str]:
    constants = {"InstanceAvailability": "ONLINE"}
    return {key: value for key, value in constants.items() if not only or key in only}
