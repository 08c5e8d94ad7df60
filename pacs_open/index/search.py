"""Queries put to the index: what matches, and what is known of it (PS3.4 C.4.1).

Two steps, both short: the numbers of all matches, then their rows page by page. So nothing
stays open while a peer is slow, and memory holds eight bytes a match and one page of rows.
Hierarchical and relational queries are the same thing here: a key of a level below asks for
something there that has it.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    cast,
    false,
    or_,
    select,
)

from pacs_open.errors import ArchiveError
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
from pacs_open.index.database import ANSWER_WITHIN
from pacs_open.index.index import Index
from pacs_open.index.matching import Alternatives, Exact, NameKey, Span, Wild
from pacs_open.index.schema import TABLES, terms
from pacs_open.values import Level, Query

PAGE = 500
"""Rows read at a time."""
_ESCAPE = "\x1b"
_PLURAL = {"ModalitiesInStudy": "Modality", "SOPClassesInStudy": "SOPClassUID"}
"""Computed attributes that are matched by what they are computed of."""
_BEHIND_ALL = "\U0010ffff"

Conditions = dict[Level, list[ColumnElement[bool]]]


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


def conditions(query: Query) -> Conditions:
    """What the keys and restrictions of a query demand of each level."""
    found: Conditions = {level: [] for level in LEVELS}
    for keyword, value in query.keys.items():
        text = value.replace("\0", "")  # no value has one, see HeadScanner
        attribute = BY_KEYWORD.get(_PLURAL.get(keyword, keyword))
        if attribute is None or not text:
            continue
        if attribute.vr == "PN":
            condition = _name(keyword, attribute.level, text)
        else:
            condition = _plain(attribute.keyword, text)
        if condition is not None:
            found[attribute.level].append(condition)
    for restriction in query.restrictions:
        keyword = _PLURAL.get(restriction.keyword, restriction.keyword)
        if keyword not in BY_KEYWORD:
            message = f"no query can be restricted by {restriction.keyword}"
            raise ArchiveError(message)
        level = BY_KEYWORD[keyword].level
        allowed = Exact(tuple(sorted(restriction.values)))
        found[level].append(_meets(keyword, (allowed,)))
    return found


def matches(connection: Connection, query: Query) -> "array[int]":
    """The row numbers of all matches, in order."""
    numbers = array("q", connection.execute(matching_rows(query)).scalars())
    # Mostly they come in order. To sort them takes a list, five times as large as the array.
    in_order = all(one < other for one, other in pairwise(numbers))
    return numbers if in_order else array("q", sorted(numbers))


def _page(
    connection: Connection, level: Level, only: frozenset[str], numbers: "array[int]"
) -> list[Mapping[str, str]]:
    """The rows with these numbers; one that is gone in the meantime is left out."""
    if not numbers:
        return []
    result = connection.execute(_rows(level, only), {"ids": numbers.tolist()})
    keywords, constants = tuple(result.keys()), _constants(only)
    return [dict(zip(keywords, row, strict=True)) | constants for row in result]


def matching_rows(query: Query) -> Select[int]:
    """The statement for the row numbers of all matches at the query's level."""
    demands = conditions(query)
    above = [level for level in up_to(query.level) if demands[level] or level is query.level]
    chain = LEVELS[LEVELS.index(above[0]) : LEVELS.index(query.level) + 1]
    statement = select(TABLES[query.level].c.id).select_from(joined(chain))
    statement = statement.where(*(one for level in chain for one in demands[level]))
    lower = [level for level in LEVELS[LEVELS.index(query.level) + 1 :] if demands[level]]
    if lower:
        has = _named if any(query.keys.get(UNIQUE_KEYS[level]) for level in lower) else _has
        statement = statement.where(has(query.level, lower[-1], demands))
    return statement.limit(query.limit)


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
    """The statement for a page of rows: all of the level and above, or only some keywords."""
    columns = []
    for each in up_to(level):
        for keyword in (*(a.keyword for a in BY_LEVEL[each]), *COMPUTED[each]):
            if not only or keyword in only or keyword == UNIQUE_KEYS[each]:
                column = TABLES[each].c[keyword]
                text = column if isinstance(column.type, String) else cast(column, String)
                columns.append(text.label(keyword))
    statement = select(*columns).select_from(joined(up_to(level)))
    return statement.where(numbered(level)).order_by(TABLES[level].c.id)


def _constants(only: frozenset[str]) -> dict[str, str]:
    constants = {"InstanceAvailability": "ONLINE"}
    return {key: value for key, value in constants.items() if not only or key in only}


def _plain(keyword: str, text: str) -> ColumnElement[bool] | None:
    """One key of any VR but PN."""
    attribute = BY_KEYWORD[keyword]
    alternatives = matching.parse(attribute.vr, text)
    if alternatives is None:
        return None
    table = TABLES[attribute.level]
    if not attribute.has_terms:
        return _meets(keyword, alternatives)
    owners = _owners(keyword, alternatives)
    matched: ColumnElement[bool] = table.c.id.in_(owners)
    return matched


def _name(keyword: str, level: Level, text: str) -> ColumnElement[bool] | None:
    """A PN key: one of its names, of which every group given must match."""
    keys = matching.parse_name(text)
    if keys is None:
        return None
    return or_(*(and_(*_groups(keyword, level, key)) for key in keys))


def _groups(keyword: str, level: Level, key: NameKey) -> Iterator[ColumnElement[bool]]:
    for group, alternatives in key.groups:
        owners = _owners(keyword, alternatives)
        if group:
            owners = owners.where(terms.c.component_group == group)
        yield TABLES[level].c.id.in_(owners)


def _owners(keyword: str, alternatives: Alternatives) -> Select[int]:
    """Rows with a term that is as demanded.

    The keyword stands in each alternative: only so does each get its own range of the index.
    """
    alternatives = matching.looked_up(alternatives)
    named = terms.c.keyword == keyword
    return select(terms.c.owner).where(
        or_(*(and_(named, _one(terms.c.text, alternative)) for alternative in alternatives))
    )


def _meets(keyword: str, alternatives: Alternatives) -> ColumnElement[bool]:
    """Whether the attribute of a row is as one of the alternatives demands."""
    if keyword in LOOKED_UP:
        alternatives = matching.looked_up(alternatives)
    return meets(TABLES[BY_KEYWORD[keyword].level].c[keyword], alternatives)


def meets(column: ColumnElement[str], alternatives: Alternatives) -> ColumnElement[bool]:
    """Whether a column's text is as one of the alternatives demands."""
    return or_(*(_one(column, alternative) for alternative in alternatives))


def _one(column: ColumnElement[str], alternative: Exact | Wild | Span) -> ColumnElement[bool]:
    if isinstance(alternative, Exact):
        values = alternative.values
        if not values:
            return false()
        return column == values[0] if len(values) == 1 else column.in_(values)
    if isinstance(alternative, Span):
        return and_(column >= alternative.low, column <= alternative.high)
    like = column.like(_pattern(alternative), escape=_ESCAPE)
    if not alternative.prefix:
        return like
    prefix = alternative.prefix  # so that an index is of use, whatever the database
    return and_(column >= prefix, column < prefix + _BEHIND_ALL, like)


def _pattern(wild: Wild) -> str:
    """A LIKE pattern; its own metacharacters are escaped."""
    parts = []
    for token in wild.tokens:
        if isinstance(token, matching.Wildcard):
            parts.append("%" if token is matching.Wildcard.ANY else "_")
        else:
            escaped = token.replace(_ESCAPE, _ESCAPE * 2)
            parts.append(escaped.replace("%", _ESCAPE + "%").replace("_", _ESCAPE + "_"))
    return "".join(parts)
