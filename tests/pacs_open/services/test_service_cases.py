"""Cases of pynetdicom's own service tests that no other test here asks of our archive.

Which of theirs is answered where: see ``test_cases_of_pynetdicom``.
"""

import pytest
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import sop_class

from pacs_open.wire.command import CommandField

STUDY_FIND = sop_class.StudyRootQueryRetrieveInformationModelFind
STUDY_GET = sop_class.StudyRootQueryRetrieveInformationModelGet
STUDY_MOVE = sop_class.StudyRootQueryRetrieveInformationModelMove
PATIENT_FIND = sop_class.PatientRootQueryRetrieveInformationModelFind
ROLES = {CTImageStorage: (False, True)}
GET = [(STUDY_GET, [ExplicitVRLittleEndian]), (CTImageStorage, [ExplicitVRLittleEndian])]
ALL = {"StudyInstanceUID": "2.25.10"}
FIELDS = {
    STUDY_FIND: CommandField.C_FIND_RQ,
    STUDY_GET: CommandField.C_GET_RQ,
    STUDY_MOVE: CommandField.C_MOVE_RQ,
}
UNREADABLE = {
    "nothing": (b"", 0xA900),
    "not a data set": (b"\x08\x00\x52\x00CS\xff\xffSTUDY ", 0xC000),
    "half an element": (b"\x08\x00\x52\x00CS", 0xC000),
    "another encoding": (b"\x08\x00\x52\x00\x06\x00\x00\x00STUDY ", 0xC000),
}


@pytest.fixture
def filled(pacs, instance):
    pacs.fill(*(instance(number) for number in (1, 2, 3)))
    return pacs


def counts(command):
    return (
        command.number_of_remaining_suboperations,
        command.number_of_completed_suboperations,
        command.number_of_failed_suboperations,
        command.number_of_warning_suboperations,
    )


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=list(UNREADABLE))
@pytest.mark.parametrize("model", FIELDS, ids=["find", "get", "move"])
def test_an_identifier_that_cannot_be_read_is_told_by_every_service(filled, model, data):
    unreadable, status = data
    more = {"move_destination": "ANYBODY"} if model == STUDY_MOVE else {}
    with filled.scu() as scu:
        scu.begin(FIELDS[model], model, unreadable, syntax=ExplicitVRLittleEndian, **more)
        ((answer, identifier),) = scu.responses(stored=[])
        assert answer.status & 0xF000 == status & 0xF000
        assert not identifier
        assert answer.error_comment
        scu.begin(CommandField.C_ECHO_RQ, "1.2.840.10008.1.1")
        assert scu.channel.receive_response(scu.message_id).status == 0x0000


@pytest.mark.parametrize("model", FIELDS, ids=["find", "get", "move"])
def test_a_request_whose_sop_class_is_not_that_of_its_context_is_not_supported(
    filled, identifier, encode, model
):
    more = {"move_destination": "ANYBODY"} if model == STUDY_MOVE else {}
    data = encode(identifier("STUDY", **ALL))
    with filled.scu() as scu:
        scu.begin(
            FIELDS[model], model, data, on=PATIENT_FIND, syntax=ExplicitVRLittleEndian, **more
        )
        ((answer, _),) = scu.responses(stored=[])
    assert answer.status == 0x0122


@pytest.mark.usefixtures("all_progress")
@pytest.mark.parametrize("status", [0xB000, 0xB006, 0xB007, 0x0107, 0x0116])
def test_warnings_of_a_destination_are_counted_apart(
    start_pacs, storage_scp, instance, identifier, status
):
    with storage_scp(
        [(CTImageStorage, [ExplicitVRLittleEndian])], status=lambda n: status if n == 2 else 0
    ) as there:
        pacs = start_pacs(callback_port=there.port)
        pacs.fill(*(instance(n) for n in (1, 2, 3)))
        with pacs.scu() as scu:
            *pending, (final, data) = scu.move(identifier("STUDY", **ALL), "ANYBODY")

    assert [counts(command) for command, _ in pending] == [(2, 1, 0, 0), (1, 1, 0, 1)]
    assert (final.status, counts(final)) == (0xB000, (None, 2, 0, 1))
    assert not data


@pytest.mark.parametrize(
    ("answers", "status", "expected"),
    [
        ((0xA700, 0xB000, 0x0000), 0xB000, (None, 1, 1, 1)),
        ((0xA700, 0xB000, 0xB000), 0xB000, (None, 0, 1, 2)),
        ((0xA700, 0xC000, 0x0122), 0xA702, (None, 0, 3, 0)),
    ],
)
def test_failures_and_warnings_together(*, filled, identifier, decode, answers, status, expected):
    """PS3.4 C.4.3.1.4: B000H if some succeeded or warned, A702H if none did."""
    left = iter(answers)
    with filled.scu(*GET, roles=ROLES) as scu:
        got, _ = scu.get(identifier("STUDY", **ALL), status=lambda _: next(left))

    final, data = got[-1]
    assert (final.status, counts(final)) == (status, expected)
    failed = decode(data).FailedSOPInstanceUIDList
    assert len([failed] if isinstance(failed, str) else failed) == expected[2]


def test_a_cancelled_move_tells_what_was_not_begun(
    start_pacs, storage_scp, instance, identifier, encode
):
    with storage_scp([(CTImageStorage, [ExplicitVRLittleEndian])]) as there:
        pacs = start_pacs(callback_port=there.port)
        pacs.fill(*(instance(n) for n in range(1, 10)))
        with pacs.scu() as scu:
            scu.begin(
                CommandField.C_MOVE_RQ,
                STUDY_MOVE,
                encode(identifier("STUDY", **ALL)),
                syntax=ExplicitVRLittleEndian,
                move_destination="ANYBODY",
                hold=True,
            )
            scu.cancel(STUDY_MOVE, hold=True)
            scu.channel.flush()
            *_, (final, _) = scu.responses()

    remaining, completed, failed, warning = counts(final)
    assert final.status == 0xFE00
    assert (remaining + completed, failed, warning) == (9, 0, 0)
    assert len(there.received) == completed < 9


def test_a_cancel_of_what_nobody_asked_changes_nothing(filled, identifier):
    with filled.scu() as scu:
        scu.message_id = 77
        scu.cancel(STUDY_FIND)
        scu.message_id = 0
        assert [c.status for c, _ in scu.find(identifier("STUDY", **ALL))] == [0xFF00, 0x0000]


def test_sub_operations_have_message_ids_of_their_own(filled, identifier):
    with filled.scu(*GET, roles=ROLES) as scu:
        _, stored = scu.get(identifier("STUDY", **ALL))

    assert len({command.message_id for command, _, _ in stored}) == 3


@pytest.mark.parametrize("model", [STUDY_GET, STUDY_FIND], ids=["get", "find"])
def test_who_aborts_amid_an_answer_is_gone_and_others_are_served(filled, identifier, encode, model):
    contexts = [(STUDY_FIND, [ExplicitVRLittleEndian]), *GET]
    with filled.scu(*contexts, roles=ROLES) as scu:
        data = encode(identifier("STUDY", **ALL))
        scu.begin(FIELDS[model], model, data, syntax=ExplicitVRLittleEndian)
        scu.receive()
        scu.channel.abort(0, 0)
        with filled.scu(*GET, roles=ROLES) as other:
            answers, stored = other.get(identifier("STUDY", **ALL))
            assert (answers[-1][0].status, len(stored)) == (0x0000, 3)
        scu.channel.release = lambda: None  # there is nothing left to release


@pytest.mark.parametrize(
    "abstract_syntax",
    [
        "1.2.840.10008.5.1.4.31",  # Modality Worklist
        "1.2.840.10008.5.1.4.1.2.5.3",  # Composite Instance Retrieve Without Bulk Data
        "1.2.3",
        "1.2.840.10008.1.1.1.1.1.1.1.1",
    ],
)
def test_what_we_have_no_service_for_gets_no_context(pacs, abstract_syntax):
    proposals = [
        (abstract_syntax, [ImplicitVRLittleEndian]),
        (CTImageStorage, ["1.2.840.10008.1.2"]),
    ]
    with pacs.scu(*proposals) as scu:
        assert [one.abstract_syntax for one in scu.channel.contexts.values()] == [CTImageStorage]
