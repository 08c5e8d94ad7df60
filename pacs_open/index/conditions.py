"""What the keys and restrictions of a query demand, as SQL (PS3.4 C.2.2.2)."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from pacs_open.errors import ArchiveError
from pacs_open.index import matching
from pacs_open.index.attributes import BY_KEYWORD, LEVELS, LOOKED_UP
from pacs_open.index.matching import Alternatives, Exact, NameKey, Span, Wild
from pacs_open.index.schema import TABLES, terms
from pacs_open.values import Level, Query

_ESCAPE = "\x1b"
_PLURAL = {"ModalitiesInStudy": "Modality", "SOPClassesInStudy": "SOPClassUID"}
"""Computed attributes that are matched by what they are computed of."""
_BEHIND_ALL = "\U0010ffff"

Conditions = dict[Level, list[ColumnElement[bool]]]
"""For each level; all must be met."""


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
