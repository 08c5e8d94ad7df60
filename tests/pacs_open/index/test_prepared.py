from sqlalchemy import bindparam, create_engine, insert, select

from pacs_open.index.prepared import Prepared
from pacs_open.index.schema import metadata, segments


def test_a_prepared_statement_runs_with_named_values():
    put = Prepared(insert(segments), ["number", "indexed", "synced"])
    get = Prepared(select(segments.c.indexed).where(segments.c.number == bindparam("number")))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        for number in (1, 2):
            values = {"number": number, "indexed": 10 * number, "synced": 0, "idle": "x"}
            put.run(connection, values)

        assert get.run(connection, {"number": 2}).scalars().all() == [20]
        assert get.run(connection, {"number": 3}).first() is None
    engine.dispose()
