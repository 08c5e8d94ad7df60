import pytest

from pacs_open.ledger import LocalLedger
from pacs_open.refusals import AssociationRejected, ConnectionDropped
from pacs_open.values import Certificate, Peer
from pacs_secure.controls.association_limit import BOOK, AssociationLimit

MODALITY, WORKSTATION = Certificate(b"modality"), Certificate(b"workstation")
SMALL = AssociationLimit(in_all=4, per_peer=2, reserved=1, knocking=3)


class Door:
    """Takes connections through the moments as the adapter does."""

    def __init__(self, control, request):
        self.control, self._request = control, request
        self.ledger = LocalLedger(control.books())
        self.serials = iter(range(1, 1000))

    def knock(self, address="10.0.0.1"):
        peer = Peer(address, 50000, serial=next(self.serials))
        self.control.connect(peer, self.ledger)
        return peer

    def associate(self, certificate=None, address="10.0.0.1"):
        peer = self.knock(address)
        peer = Peer(address, peer.port, certificate=certificate, serial=peer.serial)
        self.control.identify(peer, self.ledger)
        self.control.admit(self._request(peer=peer), self.ledger)
        return peer

    def leave(self, peer):
        self.control.depart(peer, self.ledger)


@pytest.fixture
def door(make_request):
    return Door(SMALL, make_request)


def rejected(door, *arguments, **keywords):
    with pytest.raises(AssociationRejected) as refused:
        door.associate(*arguments, **keywords)
    return (refused.value.result, refused.value.source, refused.value.reason)


def test_one_address_without_a_certificate_gets_its_share_and_no_more(door):
    first, _ = door.associate(), door.associate()

    assert rejected(door) == (2, 3, 2)
    door.associate(address="10.0.0.2")  # another one is served
    door.leave(first)
    # the rejected connection still stands at the door, but the seat is free
    door.associate()


def test_one_certificate_gets_its_share_wherever_it_calls_from(door):
    door.associate(MODALITY, "10.0.0.1")
    door.associate(MODALITY, "10.0.0.2")

    assert rejected(door, MODALITY, "10.0.0.3") == (2, 3, 2)
    door.associate(WORKSTATION, "10.0.0.1")


def test_a_certificate_is_never_held_for_its_address(door):
    door.associate(), door.associate()  # strangers from the same address took its share

    door.associate(MODALITY)


def test_the_last_seat_is_kept_for_a_certificate(door):
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        door.associate(address=address)

    assert rejected(door, address="10.0.0.4") == (2, 3, 2)
    door.associate(MODALITY, "10.0.0.5")
    assert rejected(door, WORKSTATION, "10.0.0.6") == (2, 3, 2)  # now all seats are taken


def test_connections_that_say_nothing_are_bounded_by_address_and_in_all(make_request):
    door = Door(AssociationLimit(in_all=10, per_peer=2, reserved=1, knocking=4), make_request)
    door.knock(), door.knock()

    with pytest.raises(ConnectionDropped):
        door.knock()
    door.knock("10.0.0.2")
    with pytest.raises(ConnectionDropped):
        door.knock("10.0.0.3")  # the last place is reserved


def test_a_place_at_the_door_is_kept_where_a_certificate_was_proven_before(make_request):
    door = Door(AssociationLimit(in_all=10, per_peer=2, reserved=1, knocking=4), make_request)
    door.leave(door.associate(MODALITY, "10.0.0.9"))
    door.knock(), door.knock(), door.knock("10.0.0.2")

    door.associate(MODALITY, "10.0.0.9")


def test_proven_connections_that_never_ask_for_an_association_are_bounded(door):
    for _ in range(2):
        peer = door.knock()
        door.control.identify(
            Peer(peer.address, 1, certificate=MODALITY, serial=peer.serial), door.ledger
        )
    peer = door.knock()

    with pytest.raises(ConnectionDropped):
        door.control.identify(
            Peer(peer.address, 1, certificate=MODALITY, serial=peer.serial), door.ledger
        )


def test_who_leaves_gives_everything_back_and_may_leave_twice(door):
    for _ in range(50):
        peer = door.associate(MODALITY)
        door.leave(peer)
        door.leave(peer)
    for _ in range(50):
        door.leave(door.knock())

    assert not door.ledger._books[BOOK]._connections


def test_what_a_dead_worker_held_is_given_back(make_request):
    books = SMALL.books()
    door = Door(SMALL, make_request)
    door.ledger = LocalLedger(books, worker="a")
    door.associate(), door.associate()
    door.ledger = LocalLedger(books, worker="b")
    assert rejected(door) == (2, 3, 2)

    books[BOOK].release("a")

    door.associate()


def test_all_workers_share_one_count_but_not_their_serial_numbers(make_request):
    books = SMALL.books()
    for worker in ("a", "b"):
        door = Door(SMALL, make_request)
        door.ledger = LocalLedger(books, worker=worker)
        door.associate()  # serial 1 in both

    assert len(books[BOOK]._connections) == 2


def test_an_association_without_a_knock_is_refused(make_request, make_peer):
    with pytest.raises(AssociationRejected):
        SMALL.admit(make_request(peer=make_peer(serial=77)), LocalLedger(SMALL.books()))


@pytest.mark.parametrize(
    "settings",
    [{"in_all": 0}, {"per_peer": 0}, {"reserved": 100}, {"reserved": -1}, {"knocking": 0}],
)
def test_limits_that_admit_no_one_at_all_are_an_error(settings):
    with pytest.raises(ValueError):
        AssociationLimit(**settings)
