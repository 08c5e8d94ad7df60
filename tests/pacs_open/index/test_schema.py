from itertools import pairwise

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from pacs_open.index.attributes import BY_LEVEL, LEVELS, LOOKED_UP
from pacs_open.index.schema import TABLES, metadata


def test_every_attribute_has_its_column():
    for level in LEVELS:
        assert {kept.keyword for kept in BY_LEVEL[level]} <= set(TABLES[level].c.keys())


def test_the_tables_can_be_made_in_sqlite_and_in_postgresql():
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        for table in metadata.sorted_tables:
            assert str(CreateTable(table).compile(dialect=dialect))
            for index in table.indexes:
                assert str(CreateIndex(index).compile(dialect=dialect))


def test_each_level_hangs_on_the_one_above():
    for above, below in pairwise(LEVELS):
        (key,) = TABLES[below].c.parent.foreign_keys
        assert key.column.table is TABLES[above]


def test_every_attribute_that_is_kept_in_order_is_bounded_or_a_uid():
    for level, table in TABLES.items():
        keywords = {kept.keyword for kept in BY_LEVEL[level]}
        ordered = {column.name for index in table.indexes for column in index.columns}
        assert ordered & keywords <= LOOKED_UP, level
