import dataclasses

from sqlalchemy import select

from pacs_open.archive.archive import Archive
from pacs_open.index import placement
from pacs_open.index.schema import metadata
from tests.bench.filling import INSTANCES, entries, fill_index
from tests.bench.uids import instance_uid

STUDIES = 3


def rows(directory):
    """All that an index holds, table by table."""
    with Archive(directory) as archive, archive.index.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).mappings()))
            for table in metadata.sorted_tables
        }


def place_one_by_one(directory):
    with Archive(directory) as archive, archive.index.writing() as connection:
        for study, first in entries(range(STUDIES)):
            for number in range(study * INSTANCES, (study + 1) * INSTANCES):
                attributes = {**first.attributes, "SOPInstanceUID": instance_uid(number)}
                entry = dataclasses.replace(first, attributes=attributes)
                kin = placement.kin(connection, entry)
                placement.place(connection, entry, number + 1, (0, 0), kin)


def test_a_filled_index_is_the_one_that_storing_makes(tmp_path):
    fill_index(tmp_path / "filled", STUDIES)
    place_one_by_one(tmp_path / "placed")

    filled = rows(tmp_path / "filled")
    assert filled == rows(tmp_path / "placed")
    assert len(filled["instances"]) == STUDIES * INSTANCES
