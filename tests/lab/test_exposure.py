from dataclasses import replace

import pytest

from lab.exposure import measure
from lab.marked import Marked
from lab.scene import Peer
from lab.sop_classes import CT
from lab.target import Door
from pacs_open.config import Config
from pacs_open.control import Control
from pacs_open.refusals import called_ae_not_recognized, not_authorized
from pacs_open.server import Server
from pacs_open.values import Dimse


def test_everything_leaves_the_open_archive_unchanged(planted):
    stolen = []
    exposure = measure(planted, stolen.append)

    assert exposure.text == "L6+W"
    assert (exposure.patients_obtained, exposure.patients_planted) == (3, 3)
    assert (exposure.images_obtained, exposure.images_planted) == (6, 6)
    assert exposure.images_identical == 6
    assert not exposure.at_least
    assert len(stolen) == 6
    assert exposure.size == sum(len(one.data_set) for one in stolen)


def test_marked_instances_are_never_counted(planted):
    with planted.target(Peer("MODALITY")).converse(storage=[CT]) as talk:
        talk.store_bytes(Marked().new().part_10)
    exposure = measure(planted)

    assert (exposure.patients_obtained, exposure.images_obtained) == (3, 6)


def test_a_changed_pixel_is_not_identical(planted):
    first, *others = planted.answer_key.patients
    series = first.studies[0].series[0]
    forged = series.instances[0].model_copy(update={"pixel_sha256": "0" * 64})
    series = series.model_copy(update={"instances": (forged, *series.instances[1:])})
    study = first.studies[0].model_copy(update={"series": (series,)})
    patient = first.model_copy(update={"studies": (study,)})
    key = planted.answer_key.model_copy(update={"patients": (patient, *others)})

    exposure = measure(replace(planted, answer_key=key))

    assert (exposure.images_obtained, exposure.images_identical) == (6, 5)


def test_without_an_answer_key_nothing_is_planted(planted):
    exposure = measure(replace(planted, answer_key=None))

    assert exposure.images_obtained == 6
    assert exposure.images_planted is None
    assert exposure.images_identical is None


def test_a_hardened_archive_shows_a_port_and_nothing_behind_it(right):
    exposure = measure(right)

    assert exposure.text == "L1"
    assert exposure.writable is False
    assert (exposure.patients_obtained, exposure.images_obtained) == (0, 0)


def test_what_cannot_be_reached_is_not_counted_as_nothing(down):
    exposure = measure(down)

    assert exposure.text == "L0"
    assert exposure.writable is None
    assert exposure.patients_obtained is None
    assert exposure.images_obtained is None


def test_the_highest_rung_at_any_door_counts(planted, down):
    exposure = measure(replace(planted, doors=(*down.doors, *planted.doors)))

    assert exposure.text == "L6+W"
    assert exposure.images_obtained == 6


def test_nothing_is_stored_where_we_may_not(planted):
    exposure = measure(replace(planted, own=False))

    assert exposure.text == "L6"
    assert exposure.writable is None


def test_progress_tells_images_of_images_announced(planted):
    told = []
    measure(planted, progress=lambda count, announced: told.append((count, announced)))

    assert {count for count, _ in told} == {1, 2, 3, 4, 5, 6}
    assert {announced for _, announced in told} == {6}


class Refusing(Control):
    name = "refusing"
    services: frozenset[Dimse] = frozenset()
    title: str | None = None

    def admit(self, request, ledger):
        if self.title is not None and request.called_ae_title != self.title:
            raise called_ae_not_recognized("not us")

    def permit(self, operation):
        if operation.service in self.services:
            raise not_authorized("no")


@pytest.mark.parametrize(
    ("refused", "rung"),
    [
        ({Dimse.ECHO, Dimse.FIND, Dimse.STORE}, "L3"),
        ({Dimse.FIND, Dimse.STORE}, "L4"),
        ({Dimse.FIND}, "L4+W"),
        ({Dimse.GET, Dimse.MOVE, Dimse.STORE}, "L5"),
        ({Dimse.ECHO, Dimse.GET, Dimse.STORE}, "L6"),
        ({Dimse.MOVE, Dimse.STORE}, "L6"),
    ],
)
def test_each_rung_is_what_was_obtained_whatever_lies_below(planted, tmp_path, refused, rung):
    config = Config.model_validate(
        {
            "archive": {"directory": tmp_path / "planted"},
            "network_connection": {"port": 0},
            "callback_port": planted.callback_port,
        }
    )
    with Server(config, (Refusing(services=frozenset(refused)),)) as server:
        scene = replace(planted, doors=(Door(*server.address),))

        assert measure(scene).text == rung


def test_a_default_title_is_found(planted, tmp_path):
    config = Config.model_validate(
        {"archive": {"directory": tmp_path / "planted"}, "network_connection": {"port": 0}}
    )
    with Server(config, (Refusing(title="ORTHANC"),)) as server:
        exposure = measure(replace(planted, doors=(Door(*server.address),)))

    assert exposure.text == "L6+W"


def test_an_archive_that_knows_its_name_speaks_dicom_and_no_more(planted, tmp_path):
    config = Config.model_validate(
        {"archive": {"directory": tmp_path / "planted"}, "network_connection": {"port": 0}}
    )
    with Server(config, (Refusing(title="SOMETHING-ELSE"),)) as server:
        exposure = measure(replace(planted, doors=(Door(*server.address),)))

    assert exposure.text == "L2"
    assert exposure.writable is False
