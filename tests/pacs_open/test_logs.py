import io
import json
import logging

import pytest

from pacs_open import logs
from pacs_open.values import AssociationRequest, Dimse, Event, Moment, Operation, Peer

EVIL = "A\nINFO forged\x1b[2J\u202e"
PEER = Peer("127.0.0.1", 104, tls_version="TLSv1.3", serial=7)
REQUEST = AssociationRequest(PEER, EVIL, "PACS")


@pytest.fixture
def lines():
    """Set the log up with a stream of our own, and put it back as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in logs._FOREIGN}

    def set_up(log_format):
        stream = io.StringIO()
        logs.set_up(log_format, stream)
        return stream

    yield set_up
    root.handlers[:], level = before
    root.setLevel(level)
    logging.captureWarnings(False)
    for name, level in quiet.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_peer_can_neither_forge_a_line_nor_move_the_cursor(lines, log_format):
    stream = lines(log_format)

    logs.log_event(Event(Moment.ASSOCIATION_REJECTED, PEER, REQUEST, refused=True, why=EVIL))

    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.isascii()
    assert "\x1b" not in text
    assert "forged" in text


def test_a_json_line_is_an_object_with_what_the_event_has(lines):
    stream = lines("json")
    operation = Operation(REQUEST, Dimse.FIND, "1.2", 1, "1.2.3")

    logs.log_event(
        Event(Moment.OPERATION_ANSWERED, PEER, REQUEST, operation, status=0x0124, matches=3)
    )

    line = json.loads(stream.getvalue())
    assert line["event"] == "operation answered"
    assert line["operation"] == "C-FIND"
    assert line["status"] == "0124H"
    assert line["matches"] == 3
    assert line["peer"] == "127.0.0.1:104"
    assert line["calling_ae_title"] == EVIL


def test_no_patient_study_instance_or_query_is_logged(lines):
    stream = lines("json")

    logs.log_event(
        Event(
            Moment.OPERATION_ANSWERED,
            patient_id="SECRET-1",
            study_instance_uid="1.2.SECRET",
            sop_instance_uid="1.3.SECRET",
            query=b"SECRET",
        )
    )

    assert "SECRET" not in stream.getvalue()


def test_other_libraries_cannot_write_what_a_peer_sent(lines):
    stream = lines("text")

    logging.getLogger("pynetdicom.utils").error("Invalid AE title 'A\nB'")

    assert stream.getvalue() == ""


def test_an_exception_is_logged_without_its_traceback(lines):
    stream = lines("text")
    fault = ValueError("PATIENT^NAME")

    logging.getLogger("pacs_open").error("it failed", exc_info=fault)

    assert "PATIENT" not in stream.getvalue()


def test_single_sub_operations_are_for_debugging_only(lines):
    stream = lines("text")

    logs.log_event(Event(Moment.SUB_OPERATION_ANSWERED, PEER))

    assert stream.getvalue() == ""
