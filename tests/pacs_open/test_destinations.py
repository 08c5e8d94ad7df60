import pytest

from pacs_open.config import KnownPeer
from pacs_open.destinations import Destinations
from pacs_open.refusals import DimseRefused
from pacs_open.values import AssociationRequest, Dimse, Operation, Peer

PEERS = [
    KnownPeer(
        ae_title="WORKSTATION",
        host="127.0.0.2",
        port=11113,
        server_name="workstation.pacslab.internal",
    )
]


def to(title):
    request = AssociationRequest(Peer("127.0.0.9", 4711), "ME", "PACS-OPEN")
    return Operation(request, Dimse.MOVE, "1.2", 1, "1.2.840.10008.1.2", move_destination=title)


def test_a_title_of_the_table_goes_to_its_address():
    found = Destinations(PEERS, 11112).find(to("WORKSTATION"))

    assert (found.host, found.port, found.known) == ("127.0.0.2", 11113, True)
    assert found.server_name == "workstation.pacslab.internal"


def test_any_other_title_is_called_back_at_the_requestors_own_address():
    found = Destinations(PEERS, 10400).find(to("STRANGER"))

    assert (found.ae_title, found.host, found.port, found.known) == (
        "STRANGER",
        "127.0.0.9",
        10400,
        False,
    )
    assert found.ssl_context is None


@pytest.mark.parametrize(
    ("title", "port"),
    [
        ("STRANGER", None),
        ("workstation", None),
        ("", 11112),
        (None, 11112),
        ("A\nB", 11112),
        ("A\\B", 11112),
        ("Ä", 11112),
        ("SEVENTEEN_LETTERS", 11112),
    ],
)
def test_a_title_nobody_knows_is_refused(title, port):
    with pytest.raises(DimseRefused) as caught:
        Destinations(PEERS, port).find(to(title))
    assert caught.value.status == 0xA801
