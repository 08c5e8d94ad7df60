from pynetdicom.sop_class import Verification

from pacs_open.wire.command import CommandField


def test_a_c_echo_is_answered_with_success(pacs):
    with pacs.scu() as scu:
        scu.begin(CommandField.C_ECHO_RQ, Verification)
        answer = scu.channel.receive_response(scu.message_id)

    assert answer.command_field == CommandField.C_ECHO_RSP
    assert answer.status == 0x0000
    assert not answer.has_data_set
