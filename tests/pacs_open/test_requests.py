import pytest

from pacs_open.refusals import not_authorized
from pacs_open.values import Dimse, Moment
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.dimse import Pdu
from pacs_open.wire.upper_layer import PduType

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
VERIFICATION = "1.2.840.10008.1.1"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
PATIENT_FIND = "1.2.840.10008.5.1.4.1.2.1.1"
IDENTIFIER = bytes.fromhex("08005200 43530600".replace(" ", "")) + b"STUDY "


def _raising(error):
    def fail(self, *arguments):
        raise error

    return fail


def test_a_store_is_answered_and_told(serving, peer, memory_archive, witness, pixels):
    a = peer(serving(witness.control)).associate(CT_IMAGE)

    assert a.store("2.25.1", pixels(100_000), fragment=1000) == 0

    assert memory_archive.instances == {"2.25.1": pixels(100_000)}
    (event,) = witness.wait_for(Moment.OPERATION_ANSWERED)
    assert event.status == 0
    assert event.operation.service is Dimse.STORE
    assert event.operation.sop_instance_uid == "2.25.1"
    assert event.operation.transfer_syntax == "1.2.840.10008.1.2.1"


@pytest.mark.parametrize(
    ("context", "command_field", "sop_class_uid"),
    [
        pytest.param(VERIFICATION, CommandField.C_STORE_RQ, CT_IMAGE, id="store under echo"),
        pytest.param(VERIFICATION, CommandField.C_STORE_RQ, VERIFICATION, id="store of echo"),
        pytest.param(CT_IMAGE, CommandField.C_STORE_RQ, MR_IMAGE, id="MR under CT"),
        pytest.param(CT_IMAGE, CommandField.C_STORE_RQ, None, id="no SOP class"),
        pytest.param(STUDY_FIND, CommandField.C_FIND_RQ, PATIENT_FIND, id="another model"),
        pytest.param(STUDY_FIND, CommandField.C_GET_RQ, STUDY_FIND, id="get under find"),
        pytest.param(STUDY_FIND, CommandField.C_ECHO_RQ, VERIFICATION, id="echo under find"),
    ],
)
def test_a_sop_class_other_than_the_contexts_is_refused(
    serving, peer, memory_archive, witness, context, command_field, sop_class_uid
):
    a = peer(serving(witness.control)).associate(context, VERIFICATION)
    a.send(
        Command(
            command_field,
            affected_sop_class_uid=sop_class_uid,
            affected_sop_instance_uid="2.25.1",
            message_id=1,
            has_data_set=True,
        ),
        b"data set",
    )

    response = a.read_response()

    assert response.status == 0x0122
    assert response.command_field == command_field | 0x8000
    assert memory_archive.instances == {}
    (event,) = witness.wait_for(Moment.OPERATION_ANSWERED)
    assert event.refused
    assert event.status == 0x0122


def test_storage_where_we_are_not_scp_is_refused(serving, peer, memory_archive):
    a = peer(serving()).associate(CT_IMAGE, roles={CT_IMAGE: (False, True)})

    assert a.store("2.25.1", b"data set") == 0x0122
    assert memory_archive.instances == {}


def test_an_unknown_operation_is_told_so_and_the_association_goes_on(serving, peer, witness):
    a = peer(serving(witness.control)).associate()
    a.send(
        Command(0x0140, affected_sop_class_uid=VERIFICATION, message_id=3, has_data_set=True),
        b"N-CREATE",
    )

    assert a.read_response().status == 0x0211
    (told,) = witness.wait_for(Moment.OPERATION_ANSWERED)
    assert (told.status, told.refused, told.operation) == (0x0211, True, None)
    assert a.echo() == 0


@pytest.mark.parametrize(
    "command",
    [
        Command(CommandField.C_ECHO_RSP, message_id_being_responded_to=1, status=0),
        Command(CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION),
    ],
)
def test_what_is_no_request_is_aborted(serving, peer, command):
    a = peer(serving()).associate()
    a.send(command)

    assert a.read_response() == Pdu(PduType.ABORT, bytes([0, 0, 2, 6]))


@pytest.mark.parametrize("moment", ["permit", "inspect", "weigh", "commit"])
def test_a_control_that_raises_lets_nothing_be_stored(
    serving, peer, control, memory_archive, pixels, moment
):
    a = peer(serving(control("broken", **{moment: _raising(ValueError("x"))}))).associate(CT_IMAGE)

    assert a.store("2.25.1", pixels(500_000)) == 0x0110
    assert memory_archive.instances == {}
    assert a.store("2.25.2", pixels(2)) == 0x0110


def test_a_control_that_raises_lets_nothing_be_found(serving, peer, control, memory_archive):
    memory_archive.matches = 3
    a = peer(serving(control("broken", narrow=_raising(ValueError("x"))))).associate(STUDY_FIND)
    a.send(
        Command(
            CommandField.C_FIND_RQ,
            affected_sop_class_uid=STUDY_FIND,
            message_id=1,
            priority=0,
            has_data_set=True,
        ),
        IDENTIFIER,
    )

    assert a.read_response().status == 0x0110


def test_a_store_refused_half_way_is_answered_after_the_rest_was_read(
    serving, peer, control, memory_archive, pixels
):
    def weigh(self, size, operation):
        if size > 1000:
            raise not_authorized("too big")

    a = peer(serving(control(weigh=weigh))).associate(CT_IMAGE)

    assert a.store("2.25.1", pixels(2_000_000)) == 0x0124
    assert a.store("2.25.2", pixels(10)) == 0
    assert set(memory_archive.instances) == {"2.25.2"}


def test_a_message_over_the_ceiling_is_aborted(serving, peer, control, pixels):
    def secure(self, door):
        door.maximum_message = 10_000

    a = peer(serving(control(secure=secure))).associate(CT_IMAGE)
    a.send(a.store_request("2.25.1"), pixels(20_000))

    assert a.read_response() == Pdu(PduType.ABORT, bytes([0, 0, 2, 0]))
