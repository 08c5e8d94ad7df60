import pytest

from pacs_open.ledger import LedgerUnavailableError, LocalLedger
from pacs_open.refusals import AssociationRejected
from pacs_open.values import Certificate, Event, Moment, Peer
from pacs_secure.controls.refusal_budget import RefusalBudget

GUESSER, FRIEND = Certificate(b"guesser"), Certificate(b"friend")


@pytest.fixture
def door(make_request):
    class Door:
        control = RefusalBudget(refusals=2, within=60, wait=60)

        def __init__(self):
            self.ledger = LocalLedger(self.control.books())

        def ask(self, calling="STRANGER", called="PACS", certificate=None, address="10.0.0.1"):
            request = make_request(
                calling, called, peer=Peer(address, 5, certificate=certificate, serial=1)
            )
            self.control.admit(request, self.ledger)
            return request

        def tell(self, request, moment=Moment.ASSOCIATION_REJECTED, rejection=(1, 1, 7)):
            event = Event(moment, peer=request.peer, request=request, rejection=rejection)
            self.control.observe(event, self.ledger)

        def guess(self, times=1, **who):
            for _ in range(times):
                self.tell(self.ask(**who))

        def held(self, *names, **who):
            try:
                self.ask(*names, **who)
            except AssociationRejected as refused:
                return (refused.result, refused.source, refused.reason) == (2, 3, 2)
            return False

    return Door()


def test_after_so_many_refusals_one_waits_whatever_the_titles(door):
    door.guess(2)

    assert door.held()
    assert door.held("MODALITY", "PACS-SECURE")


@pytest.mark.parametrize(
    ("moment", "rejection"),
    [
        (Moment.ASSOCIATION_REJECTED, (2, 3, 2)),  # a limit, or this very control
        (Moment.ASSOCIATION_REJECTED, None),
        (Moment.ASSOCIATION_ENDED, None),
        (Moment.OPERATION_ANSWERED, None),
    ],
)
def test_only_rejections_for_good_count(door, moment, rejection):
    request = door.ask()
    for _ in range(9):
        door.tell(request, moment, rejection)

    assert not door.held()


def test_events_without_a_request_are_nobodys_guess(door, make_peer):
    for event in (
        Event(Moment.STARTED),
        Event(Moment.HANDSHAKE_FAILED, peer=make_peer(), refused=True),
        Event(Moment.ASSOCIATION_REJECTED, peer=make_peer(), rejection=(1, 1, 2)),
    ):
        for _ in range(9):
            door.control.observe(event, door.ledger)

    assert not door.held()


def test_a_certificate_has_its_own_budget_whatever_its_address_does(door):
    door.guess(2)

    assert not door.held(certificate=FRIEND)
    door.guess(2, certificate=GUESSER, address="10.0.0.2")
    assert door.held(certificate=GUESSER, address="10.0.0.3")
    assert not door.held(address="10.0.0.2")


def test_names_one_was_served_under_go_on(door):
    request = door.ask("MODALITY", "PACS-SECURE", certificate=FRIEND)
    door.tell(request, Moment.ASSOCIATION_ACCEPTED, None)
    door.guess(2, certificate=FRIEND)

    assert not door.held("MODALITY", "PACS-SECURE", certificate=FRIEND)
    assert door.held("WORKSTATION", "PACS-SECURE", certificate=FRIEND)


def test_without_its_book_nobody_comes_in(make_request, no_books):
    with pytest.raises(LedgerUnavailableError):  # which the adapter turns into a refusal
        RefusalBudget().admit(make_request(), no_books)


@pytest.mark.parametrize("wrong", [{"refusals": 0}, {"within": 0}, {"wait": -1}])
def test_settings_that_mean_nothing_are_errors(wrong):
    with pytest.raises(ValueError):
        RefusalBudget(**wrong)
