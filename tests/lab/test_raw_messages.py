import io

from pydicom.uid import CTImageStorage
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dsutils import decode
from pynetdicom.pdu import A_ASSOCIATE_RQ, P_DATA_TF

from lab import raw_messages
from lab.sop_classes import VERIFICATION


def test_a_request_reads_as_what_it_says():
    read = A_ASSOCIATE_RQ()
    read.decode(raw_messages.associate_rq(b"PACS", b"MODALITY", VERIFICATION))

    assert (read.called_ae_title.strip(), read.calling_ae_title.strip()) == ("PACS", "MODALITY")
    assert [str(item.abstract_syntax) for item in read.presentation_context] == [VERIFICATION]


def test_a_long_content_comes_in_fragments_and_the_last_is_marked():
    content = bytes(raw_messages.LARGEST_FRAGMENT) + b"end"
    sent = raw_messages.in_fragments(3, raw_messages.DATA_SET, content)
    first = 6 + 4 + 2 + raw_messages.LARGEST_FRAGMENT
    for piece, control, size in ((sent[:first], 0, first - 12), (sent[first:], 2, 3)):
        read = P_DATA_TF()
        read.decode(piece)
        (value,) = read.presentation_data_value_items
        assert value.presentation_context_id == 3
        assert value.message_control_header_byte == f"{control:08b}"
        assert len(value.presentation_data_value) == size + 1


def test_nothing_is_one_last_fragment():
    assert raw_messages.in_fragments(1, raw_messages.DATA_SET, b"").endswith(b"\x01\x02")


def test_a_command_set_reads_as_what_it_says():
    made = raw_messages.c_store_rq(str(CTImageStorage).encode(), b"1.2.3")
    command = decode(io.BytesIO(made), True, True)

    assert command.CommandGroupLength == len(made) - 12
    assert command.AffectedSOPClassUID == CTImageStorage
    assert command.AffectedSOPInstanceUID == "1.2.3"
    assert command.CommandField == 1
    assert C_STORE_RQ().command_set is not None
