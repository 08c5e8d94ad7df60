import pytest

from pacs_open.refusals import DimseRefused
from pacs_open.values import Destination, Dimse
from pacs_secure.controls.move_destinations import MoveDestinations


@pytest.mark.parametrize(
    ("titles", "title", "known", "sent"),
    [
        (["WORKSTATION"], "WORKSTATION", True, True),
        (["WORKSTATION"], "WORKSTATION", False, False),  # on the list, but no address of ours
        (["WORKSTATION"], "MODALITY", True, False),  # an address, but not on the list
        (["WORKSTATION"], "STRANGER", False, False),
        (["WORKSTATION"], "workstation", True, False),
        (["WORKSTATION"], "WORKSTATIO", True, False),
        (["WORKSTATION"], "", True, False),
        ([], "WORKSTATION", True, False),
    ],
)
def test_images_go_only_to_devices_on_the_table(titles, title, known, sent, make_operation):
    destination = Destination(title, "127.0.0.1", 11114, known)
    operation = make_operation(Dimse.MOVE, "WORKSTATION", move_destination=title)

    if sent:
        assert MoveDestinations(titles=titles).dial(destination, operation) == destination
    else:
        with pytest.raises(DimseRefused) as refused:
            MoveDestinations(titles=titles).dial(destination, operation)
        assert refused.value.status == 0xA801


def test_without_settings_nothing_is_sent(make_operation):
    with pytest.raises(DimseRefused):
        MoveDestinations().dial(Destination("WORKSTATION", "::1", 1, True), make_operation())


def test_a_report_of_storage_commitment_goes_to_whoever_asked(make_operation):
    destination = Destination("MODALITY", "127.0.0.1", 1, False)

    assert MoveDestinations().dial(destination, make_operation(Dimse.COMMIT)) == destination
