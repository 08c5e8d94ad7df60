"""What the orders do is shown in tests/lab/crew/test_afar.py; here is what is refused."""

import io
import json

import pytest

from lab.stations import orders
from lab.stations.config import Station
from lab.stations.obey import obey
from lab.stations.telling import Teller
from sample_images.manifest import Manifest, StudyEntry
from sample_images.size import Size

KEY = Manifest(seed=1, size=Size.SMALL, patients=())
STUDY = StudyEntry(
    study_instance_uid="2.25.1",
    study_date="20190917",
    accession_number="1",
    study_description="",
    modality="CT",
    series=(),
)


@pytest.fixture
def station(wrong, tmp_path):
    host, port = wrong.door.host, wrong.door.port
    return Station.model_validate(
        {
            "archives": [{"name": "open", "host": host, "port": port, "ae_title": wrong.ae_title}],
            "devices": [{"role": "modality", "ae_title": "MODALITY", "may": ["echo"]}],
            "listens_at": "127.0.0.1",
            "run": tmp_path,
        }
    )


@pytest.fixture
def do(station):
    def one(order):
        return obey(station, order, Teller(io.BytesIO(), gone=lambda: None))

    return one


def test_a_greeting_tells_who_was_served(do, wrong):
    said = do(orders.Greet(within=60, archive="open"))
    greeted = orders.GREETED.validate_python(json.loads(json.dumps(said)))
    assert greeted.friend.ok
    assert greeted.door.port == wrong.door.port


def test_questions_are_asked_by_name_and_answered_in_their_order(do):
    said = do(orders.Ask(within=60, archive="open", probes=("unknown_calling_ae", "list_patients")))
    asked = orders.ASKED.validate_python(json.loads(json.dumps(said)))
    assert [one.probe for one in asked] == ["unknown_calling_ae", "list_patients"]


def test_who_knows_no_tap_does_not_go_round_it(station):
    told = station.model_copy(
        update={"devices": (station.devices[0].model_copy(update={"role": "workstation"}),)}
    )
    order = orders.Glance(within=9, archive="open", study=STUDY)
    with pytest.raises(LookupError, match="no tap before 'open'"):
        obey(told, order, Teller(io.BytesIO(), gone=lambda: None))


@pytest.mark.parametrize(
    ("order", "why"),
    [
        (orders.Ask(within=9, archive="open", probes=("no_such",)), "no probe 'no_such'"),
        (orders.Ask(within=9, archive="shut", probes=("list_patients",)), "no archive 'shut'"),
        (orders.Ask(within=9, archive="open", probes=("list_patients",), brief="x"), "no brief"),
        (orders.Glance(within=9, archive="open", study=STUDY), "is no workstation"),
        (orders.Listen(within=9, archive="shut", names=()), "no archive 'shut'"),
        (orders.Work(within=9, archive="open", answer_key=KEY), "is no workstation"),
        (orders.Send(within=9, patients=1, seed=1, size=Size.SMALL, archives=("open",)), "no images"),
    ],
)  # fmt: skip
def test_what_a_station_is_not_or_does_not_know_is_refused(do, order, why):
    with pytest.raises(LookupError, match=why):
        do(order)
