import dataclasses

import pytest

from tests.bench import rows
from tests.bench.instances import CT, TINY, data_set, write_template
from tests.bench.lean import FailedError
from tests.bench.retrievals import SLICES, ask, filled, write_identifier

SMALL = dataclasses.replace(TINY, name="CT", sop_class_uid=CT.sop_class_uid)


@pytest.mark.program("Orthanc", "dcmqrscp")
@pytest.mark.parametrize(
    "server", [rows.OPEN, rows.SECURE, rows.ORTHANC, rows.DCMQRSCP], ids=lambda one: one.name
)
def test_a_whole_series_is_retrieved_by_get_and_by_move(server, tmp_path):
    template = write_template(tmp_path / "template", SMALL)
    identifier = write_identifier(tmp_path / "identifier")
    with filled(server, tmp_path / "server", template) as running:
        fetched = ask(running, "get", identifier, seconds=0.1)
        moved = ask(running, "move", identifier, seconds=0.1)

    assert fetched.count % SLICES == 0
    assert fetched.size == fetched.count * len(data_set(SMALL))
    assert moved.count % SLICES == 0
    assert moved.count > 0


def test_a_series_that_is_not_there_is_no_fast_server(tmp_path):
    identifier = write_identifier(tmp_path / "identifier")
    with rows.OPEN.running(tmp_path / "server") as running:
        for work in ("get", "move"):
            with pytest.raises(FailedError):
                ask(running, work, identifier, seconds=0.1)


def test_qrscp_keeps_what_it_has_in_a_folder_of_its_own(tmp_path):
    with rows.QRSCP.running(tmp_path / "server"):
        kept = {path.name for path in (tmp_path / "server").iterdir()}

    assert {"instances", "instances.sqlite"} <= kept
