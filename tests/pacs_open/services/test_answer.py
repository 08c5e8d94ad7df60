import pytest

from pacs_open.refusals import DimseRefused, not_authorized
from pacs_open.services.answer import Answer, Counts
from pacs_open.values import AssociationRequest, Dimse, Moment, Operation, Peer
from pacs_open.wire.command import Command, CommandField

REQUEST = Command(
    CommandField.C_GET_RQ, affected_sop_class_uid="1.2", message_id=5, has_data_set=True
)
OPERATION = Operation(
    AssociationRequest(Peer("127.0.0.1", 4711), "ME", "PACS-OPEN"),
    Dimse.GET,
    "1.2",
    5,
    "1.2.840.10008.1.2",
)


@pytest.mark.parametrize(
    ("status", "remaining"), [(0x0000, None), (0xB000, None), (0xA702, None), (0xFE00, 3)]
)
def test_only_a_cancelled_retrieval_tells_how_many_remain(status, remaining):
    """PS3.4 C.4.2.1.6."""
    response = Answer(status, counts=Counts(3, 2, 1, 0)).response(REQUEST)

    assert response.number_of_remaining_suboperations == remaining
    assert response.number_of_completed_suboperations == 2
    assert response.number_of_failed_suboperations == 1
    assert response.number_of_warning_suboperations == 0


def test_a_pending_response_tells_all_four_numbers():
    response = Counts(3, 2, 1, 0).on(REQUEST.response(0xFF00), with_remaining=True)

    assert response.number_of_remaining_suboperations == 3
    assert response.message_id_being_responded_to == 5


def test_numbers_stop_at_what_a_us_can_say():
    assert (
        Counts(completed=70_000).on(REQUEST, with_remaining=False).number_of_completed_suboperations
        == 65535
    )


def test_a_refusal_gives_its_words_to_the_peer_and_its_reason_to_the_log_alone():
    answer = Answer(why="PATIENT Smith")
    answer.refuse(DimseRefused("PATIENT Smith", 0xA900, "Level missing", (0x00080052,)))

    response = answer.response(REQUEST)

    assert (response.status, response.error_comment) == (0xA900, "Level missing")
    assert response.offending_element == (0x00080052,)
    assert not response.has_data_set
    event = answer.event(OPERATION)
    assert event.moment is Moment.OPERATION_ANSWERED
    assert (event.refused, event.why, event.status) == (True, "PATIENT Smith", 0xA900)


def test_an_identifier_is_announced_in_the_command():
    assert Answer(0xB000, identifier=b"..").response(REQUEST).has_data_set


def test_authorisation_refused_is_0124():
    answer = Answer()
    answer.refuse(not_authorized("a test"))

    assert answer.response(REQUEST).status == 0x0124
