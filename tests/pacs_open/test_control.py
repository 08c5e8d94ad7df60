import pytest
from pydantic import ValidationError

from pacs_open.control import Control
from pacs_open.door import Door
from pacs_open.ledger import LocalLedger
from pacs_open.refusals import not_authorized
from pacs_open.values import (
    AssociationRequest,
    Destination,
    Dimse,
    Event,
    Head,
    Level,
    Model,
    Moment,
    Operation,
    Peer,
    PresentationContext,
    Query,
    Record,
)


class Bare(Control):
    name = "bare"
    limit: int = 1


PEER = Peer("127.0.0.1", 1)
REQUEST = AssociationRequest(PEER, "A", "B")
OPERATION = Operation(REQUEST, Dimse.FIND, "1.2", 1, "1.2.840.10008.1.2")


def test_a_control_that_says_nothing_changes_nothing():
    control, ledger, door = Bare(), LocalLedger({}), Door()
    query = Query(OPERATION, Model.STUDY_ROOT, Level.STUDY, {})
    destination = Destination("C", "127.0.0.1", 104, known=True)
    refusal = not_authorized("because")

    control.secure(door)
    control.connect(PEER, ledger)
    control.identify(PEER, ledger)
    control.admit(REQUEST, ledger)
    control.choose(REQUEST, PresentationContext(1, "1.2", ("1.2",)))
    control.permit(OPERATION)
    control.inspect(Head({}), OPERATION)
    control.weigh(1, OPERATION)
    control.commit(Record("1", "2", "3", Head({}), 0, ""), OPERATION)
    control.observe(Event(Moment.STARTED), ledger)
    control.depart(PEER, ledger)

    assert control.books() == {}
    assert door == Door()
    assert control.narrow(query) is query
    assert control.dial(destination, OPERATION) is destination
    assert control.voice(refusal, PEER) is refusal


def test_settings_are_strict_and_cannot_change():
    with pytest.raises(ValidationError):
        Bare(limt=2)
    with pytest.raises(ValidationError):
        Bare().limit = 2
