"""Good inputs to begin with, written by our own encoders: a fuzzer finds the bad ones from there."""

from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from pacs_open.values import PresentationContext
from pacs_open.wire import dimse
from pacs_open.wire.command import Command, CommandField, encode
from pacs_open.wire.negotiation import Wanted, propose

CT, FIND = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.2.2.1"
SYNTAXES = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2")


def seeds(target):
    """Inputs by file name."""
    return dict(_SEEDS[target]())


def _commands():
    common = {"message_id": 7, "has_data_set": True, "priority": 0}
    yield Command(CommandField.C_ECHO_RQ, affected_sop_class_uid="1.2.840.10008.1.1", message_id=1)
    yield Command(
        CommandField.C_STORE_RQ,
        affected_sop_class_uid=CT,
        affected_sop_instance_uid="2.25.1",
        move_originator_ae_title="WORKSTATION",
        move_originator_message_id=3,
        **common,
    )
    yield Command(
        CommandField.C_MOVE_RQ, affected_sop_class_uid=FIND, move_destination="W", **common
    )
    yield Command(
        CommandField.C_FIND_RSP,
        message_id_being_responded_to=7,
        status=0xA900,
        offending_element=(0x00080052, 0x0020000D),
        error_comment="no",
    )


def _command_sets():
    for number, command in enumerate(_commands()):
        yield f"command-{number}", encode(command)


def _messages():
    for number, command in enumerate(_commands()):
        pieces = list(dimse.fragments(1, encode(command), 60, is_command=True))
        if command.has_data_set:
            pieces += dimse.fragments(1, b"data set, in pieces" * 5, 40, is_command=False)
        yield f"message-{number}", b"".join(map(bytes, pieces))
    yield "release", bytes.fromhex("05000000000400000000")
    yield "abort", bytes.fromhex("07000000000400000200")


def _requests():
    contexts = tuple(
        PresentationContext(2 * place + 1, uid, SYNTAXES)
        for place, uid in enumerate(("1.2.840.10008.1.1", CT, FIND))
    )
    wanted = Wanted("CALLING", "CALLED", contexts, {CT: (True, True)})
    yield "request", propose(wanted, maximum_pdu=16384)[6:]


def _data_sets():
    item, inner, ds = Dataset(), Dataset(), Dataset()
    inner.CodeMeaning = "Thorax"
    item.CodeValue = "T-D1100"
    item.add_new(0x00401101, "SQ", [inner])
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = CT, "2.25.1"
    ds.QueryRetrieveLevel = "STUDY"
    ds.PatientName, ds.PatientID = "Müller^Jörg", "P1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.2", "2.25.3"
    ds.RequestAttributesSequence = [item, item]
    ds.TransactionUID = "2.25.9"
    named = Dataset()
    named.ReferencedSOPClassUID, named.ReferencedSOPInstanceUID = CT, "2.25.1"
    ds.ReferencedSOPSequence = [named]
    ds.Rows = 2
    ds.add_new(0x7FE00010, "OW", bytes(16))
    for undefined in (False, True):
        for one in (ds, item):
            for element in one:
                if element.VR == "SQ":
                    element.is_undefined_length = undefined
        for explicit in (False, True):
            file = DicomBytesIO()
            file.is_little_endian, file.is_implicit_VR = True, not explicit
            write_dataset(file, ds)
            # The first byte chooses the syntax; `other_syntax` chooses the one that is wanted.
            for choice in (explicit, not explicit):
                yield f"data-set-{undefined}-{explicit}-{choice}", bytes([choice]) + file.getvalue()


_SEEDS = {
    "message_codec": _messages,
    "command_set": _command_sets,
    "association_request": _requests,
    "data_set": _data_sets,
    "other_syntax": _data_sets,
    "identifier": _data_sets,
}
