import logging

import pytest

from pacs_open.control import Control
from pacs_open.errors import ConfigurationError, UnobservedError
from pacs_open.ledger import LocalLedger
from pacs_open.refusals import (
    AssociationRejected,
    ConnectionDropped,
    ContextRejected,
    DimseRefused,
    called_ae_not_recognized,
    not_authorized,
)
from pacs_open.stack import Stack
from pacs_open.values import (
    AssociationRequest,
    Destination,
    Dimse,
    Event,
    Head,
    Identified,
    Level,
    Model,
    Moment,
    Operation,
    Peer,
    PresentationContext,
    Query,
    Record,
)

PEER = Peer("127.0.0.1", 1)
REQUEST = AssociationRequest(PEER, "PEER", "PACS")
CONTEXT = PresentationContext(1, "1.2", ("1.2.3",))
OPERATION = Operation(REQUEST, Dimse.STORE, "1.2", 1, "1.2.3")
QUERY = Query(OPERATION, Model.STUDY_ROOT, Level.STUDY, {})
DESTINATION = Destination("DEST", "127.0.0.1", 104, known=True)
RECORD = Record("1.2", "1.3", "1.2.3", Head({}), 1, "d")

MOMENTS = {
    "connect": ((PEER,), ConnectionDropped("")),
    "identify": ((PEER,), ConnectionDropped("")),
    "admit": ((REQUEST,), AssociationRejected("", 1, 1, 1)),
    "choose": ((REQUEST, CONTEXT), ContextRejected("")),
    "permit": ((OPERATION,), DimseRefused("", 0x0110, "Processing failure")),
    "narrow": ((QUERY,), DimseRefused("", 0x0110, "Processing failure")),
    "dial": ((DESTINATION, OPERATION), DimseRefused("", 0x0110, "Processing failure")),
    "inspect": ((Head({}), OPERATION), DimseRefused("", 0x0110, "Processing failure")),
    "weigh": ((1, OPERATION), DimseRefused("", 0x0110, "Processing failure")),
    "commit": ((RECORD, OPERATION), DimseRefused("", 0x0110, "Processing failure")),
}
"""Moment -> what it is asked with, and what a fault in it says to the peer."""


def _control(title, **moments):
    return type(title, (Control,), {"name": title, **moments})()


def _failing(moment, error):
    def fail(self, *arguments):
        raise error

    return _control(f"broken_{moment}", **{moment: fail})


def _stack(*controls):
    return Stack(controls, LocalLedger({}))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "error", [ValueError("PATIENT^NAME"), KeyError("x"), ConfigurationError("x"), RecursionError()]
)
def test_a_broken_control_admits_nobody(moment, error, caplog):
    arguments, expected = MOMENTS[moment]

    with pytest.raises(type(expected)) as caught:
        getattr(_stack(_failing(moment, error)), moment)(*arguments)

    expected.why = caught.value.why
    assert caught.value == expected
    assert "PATIENT" not in caplog.text
    assert moment in caplog.text


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_controls_refuse_nothing(moment):
    arguments, _ = MOMENTS[moment]

    answer = getattr(_stack(), moment)(*arguments)

    assert answer in (None, [], arguments[0])


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_refusal_that_does_not_fit_its_moment_is_put_into_words_that_do(moment):
    arguments, expected = MOMENTS[moment]
    other = not_authorized("x") if moment in ("connect", "admit") else called_ae_not_recognized("x")

    with pytest.raises(type(expected)) as caught:
        getattr(_stack(_failing(moment, other)), moment)(*arguments)

    assert "x" in caught.value.why


@pytest.mark.parametrize("moment", ["narrow", "dial"])
def test_a_control_that_forgets_its_answer_is_a_refusal(moment):
    arguments, expected = MOMENTS[moment]
    forgetful = _control("forgetful", **{moment: lambda self, *arguments: None})

    with pytest.raises(type(expected)):
        getattr(_stack(forgetful), moment)(*arguments)


def test_controls_are_asked_in_order_and_the_first_refusal_wins():
    asked = []

    def admit(name, refusal=None):
        def ask(self, request, ledger):
            asked.append(name)
            if refusal:
                raise refusal

        return _control(name, admit=ask)

    stack = _stack(admit("one"), admit("two", called_ae_not_recognized("no")), admit("three"))

    with pytest.raises(AssociationRejected) as caught:
        stack.admit(REQUEST)
    assert caught.value.reason == 7
    assert asked == ["one", "two"]


def test_narrowing_goes_through_all_controls():
    def limit(number):
        def narrow(self, query):
            return Query(query.operation, query.model, query.level, query.keys, limit=number)

        return narrow

    stack = _stack(_control("one", narrow=limit(10)), _control("two", narrow=limit(5)))

    assert stack.narrow(QUERY).limit == 5


def test_admit_may_return_users_whom_it_identified():
    user = Identified("reader", b"")
    stack = _stack(_control("one", admit=lambda self, request, ledger: [user]), _control("two"))

    assert stack.admit(REQUEST) == [user]


def test_a_refusal_leaves_in_the_words_of_the_last_voice():
    def uniform(self, refusal, peer):
        return AssociationRejected("uniform", 1, 1, 1)

    spoken = _stack(_control("uniform", voice=uniform)).voice(called_ae_not_recognized("x"), PEER)

    assert (spoken.result, spoken.source, spoken.reason) == (1, 1, 1)


@pytest.mark.parametrize(
    "voice",
    [
        pytest.param(lambda self, refusal, peer: 1 / 0, id="raises"),
        pytest.param(lambda self, refusal, peer: None, id="forgets"),
        pytest.param(lambda self, refusal, peer: not_authorized("x"), id="another kind"),
    ],
)
def test_a_broken_voice_leaves_the_least_telling_words(voice):
    spoken = _stack(_control("broken", voice=voice)).voice(called_ae_not_recognized("x"), PEER)

    assert (spoken.result, spoken.source, spoken.reason) == (1, 1, 1)
    assert spoken.why == "x"


def test_a_refusal_of_a_controls_own_kind_survives_a_broken_voice():
    class TooManyToday(AssociationRejected):
        pass

    broken = _control("broken", voice=lambda self, refusal, peer: 1 / 0)
    spoken = _stack(broken).voice(TooManyToday("x", 2, 3, 2), PEER)

    assert (spoken.result, spoken.source, spoken.reason) == (1, 1, 1)


def test_every_control_observes_even_if_one_cannot():
    seen = []
    stack = _stack(
        _failing("observe", OSError("disk full")),
        _control("second", observe=lambda self, event, ledger: seen.append(event.moment)),
    )

    with pytest.raises(UnobservedError):
        stack.observe(Event(Moment.OPERATION_ANSWERED))
    assert seen == [Moment.OPERATION_ANSWERED]


def test_every_control_departs_and_a_fault_there_harms_nobody(caplog):
    departed = []
    stack = _stack(
        _failing("depart", ValueError("x")),
        _control("second", depart=lambda self, peer, ledger: departed.append(peer)),
    )

    with caplog.at_level(logging.ERROR):
        stack.depart(PEER)

    assert departed == [PEER]
    assert "broken_depart" in caplog.text


def test_the_door_is_as_tight_as_the_controls_want_it():
    def secure(self, door):
        door.handshake_deadline = 1.0

    assert _stack(_control("tight", secure=secure)).secure().handshake_deadline == 1.0
    assert _stack().secure().handshake_deadline == 300.0
