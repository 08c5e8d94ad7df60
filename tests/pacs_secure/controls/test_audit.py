import re
from base64 import b64decode
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from pacs_open.errors import ConfigurationError
from pacs_open.ledger import LedgerUnavailableError, LocalLedger
from pacs_open.values import Dimse, Event, Moment
from pacs_secure import audit_chain
from pacs_secure.audit_log import check
from pacs_secure.controls.audit import BOOK, Audit

FORGERY = 'X\n99 0000 <AuditMessage/>"><EventID csd-code="110120"/>'


@pytest.fixture
def audit(tmp_path):
    apart = tmp_path / "apart"
    apart.mkdir()
    audit_chain.make_key(apart / "key")
    return Audit(file=tmp_path / "trail" / "log", key=apart / "key", anchor=apart / "anchor")


@pytest.fixture
def ledger(audit):
    ledger = LocalLedger(audit.books())
    yield ledger
    ledger.close()
    assert check(audit.file, audit.key, audit.anchor) == []


@pytest.fixture
def happened(make_operation, make_request):
    """Make an event; what it is about follows from what is given."""

    def make(moment=Moment.OPERATION_ANSWERED, service=None, *, calling="MODALITY", **more):
        request = make_request(calling)
        operation = make_operation(service, request=request) if service else None
        return Event(moment, peer=request.peer, request=request, operation=operation, **more)

    return make


def messages(audit):
    """EventID, EventTypeCode and outcome of each line between start and stop, and the line."""
    found = []
    for line in audit.file.read_text("utf-8").splitlines()[1:]:
        text = line.split(" ", 2)[2]
        event = ET.fromstring(text).find("EventIdentification")  # noqa: S314 - our own
        kind = event.find("EventTypeCode")
        found.append(
            (
                event.find("EventID").get("csd-code"),
                kind.get("csd-code") if kind is not None else None,
                event.get("EventOutcomeIndicator"),
            )
        )
    return found


@pytest.mark.parametrize(
    ("moment", "service", "more", "told"),
    [
        (Moment.STARTED, None, {}, ("110100", "110120", "0")),
        (Moment.RELOADED, None, {"why": "titles + A"}, ("110113", "110129", "0")),
        (Moment.STOPPED, None, {}, ("110100", "110121", "0")),
        (Moment.HANDSHAKE_FAILED, None, {"refused": True}, ("110113", "110126", "8")),
        (Moment.HANDSHAKE_FAILED, None, {}, ("110113", "110126", "8")),
        (Moment.CONNECTION_DROPPED, None, {"refused": True}, ("110113", "110126", "8")),
        (
            Moment.ASSOCIATION_REJECTED,
            None,
            {"refused": True, "rejection": (1, 1, 7)},
            ("110113", "110147", "4"),
        ),
        (
            Moment.OPERATION_ANSWERED,
            Dimse.FIND,
            {"refused": True, "status": 0x0124},
            ("110113", "110144", "4"),
        ),
        (
            Moment.OPERATION_ANSWERED,
            Dimse.STORE,
            {"refused": True, "status": 0x0111},
            ("110113", "110144", "4"),
        ),
        (Moment.OPERATION_ANSWERED, Dimse.FIND, {"status": 0}, ("110112", None, "0")),
        (Moment.OPERATION_ANSWERED, Dimse.FIND, {"status": 0xFE00}, ("110112", None, "0")),
        (Moment.OPERATION_ANSWERED, Dimse.FIND, {"status": 0xA700}, ("110112", None, "8")),
        (Moment.OPERATION_ANSWERED, Dimse.GET, {"status": 0}, ("110112", None, "0")),
        (Moment.OPERATION_ANSWERED, Dimse.MOVE, {"status": 0xB000}, ("110112", None, "0")),
        (Moment.OPERATION_ANSWERED, Dimse.STORE, {"status": 0}, ("110102", None, "0")),
        (Moment.ASSOCIATION_ENDED, None, {"refused": True}, ("110113", "110147", "4")),
        (Moment.OPERATION_ANSWERED, Dimse.ECHO, {"status": 0}, None),
        (Moment.ASSOCIATION_ACCEPTED, None, {}, None),
        (Moment.ASSOCIATION_ENDED, None, {"why": "released"}, None),
        (Moment.CONNECTION_DROPPED, None, {}, None),  # the peer just went away
    ],
)
def test_what_happened_is_told(moment, service, more, told, audit, ledger, happened):
    audit.observe(happened(moment, service, **more), ledger)

    assert messages(audit) == ([told] if told else [])


def test_a_study_that_was_stored_is_two_lines_however_many_instances(audit, ledger, happened):
    event = happened(
        service=Dimse.STORE, status=0, replaced=False, patient_id="P1", study_instance_uid="1.2"
    )
    for _ in range(100):
        audit.observe(event, ledger)
    audit.observe(happened(Moment.ASSOCIATION_ENDED), ledger)
    audit.depart(event.peer, ledger)

    assert [told[0] for told in messages(audit)] == ["110102", "110104"]
    assert 'NumberOfInstances="100"' in audit.file.read_text()


def test_what_was_counted_is_told_even_if_the_end_was_not(audit, ledger, happened):
    event = happened(service=Dimse.STORE, status=0, study_instance_uid="1.2")
    audit.observe(event, ledger)
    audit.depart(event.peer, ledger)

    assert [told[0] for told in messages(audit)] == ["110102", "110104"]
    assert not audit._tallies


def test_a_retrieval_is_told_when_it_is_answered_and_by_whom(audit, ledger, happened):
    for _ in range(3):
        audit.observe(
            happened(
                Moment.SUB_OPERATION_ANSWERED,
                Dimse.GET,
                calling="WORKSTATION",
                status=0,
                study_instance_uid="1.2",
            ),
            ledger,
        )
    audit.observe(happened(service=Dimse.GET, calling="WORKSTATION", status=0, query=b"Q"), ledger)

    assert [told[0] for told in messages(audit)] == ["110102", "110104", "110112"]
    assert audit.file.read_text().count("AETITLES= WORKSTATION") == 3
    assert b64decode(re.findall(r"ObjectQuery>([^<]+)<", audit.file.read_text())[0]) == b"Q"


def test_no_text_of_a_peer_can_forge_a_line(audit, ledger, happened):
    audit.observe(
        happened(
            Moment.ASSOCIATION_REJECTED,
            calling=FORGERY,
            refused=True,
            rejection=(1, 1, 3),
            why=FORGERY,
        ),
        ledger,
    )
    audit.observe(
        happened(service=Dimse.STORE, status=0, patient_id=FORGERY, study_instance_uid=FORGERY),
        ledger,
    )

    assert len(audit.file.read_text().split("\n")) == 4  # start, two lines, and nothing behind
    assert [told[0] for told in messages(audit)] == ["110113", "110102"]


def test_a_refusal_says_how_and_why(audit, ledger, happened):
    audit.observe(
        happened(Moment.ASSOCIATION_REJECTED, refused=True, rejection=(1, 1, 7), why="not us"),
        ledger,
    )

    (value,) = re.findall(
        r'Alert Description" value="([^"]+)"', audit.file.read_text().splitlines()[1]
    )
    assert b64decode(value).decode() == "association rejected with A-ASSOCIATE-RJ (1, 1, 7): not us"


def test_a_refused_instance_is_named(audit, ledger, happened):
    event = happened(service=Dimse.STORE, status=0x0111, refused=True, why="no")
    audit.observe(replace(event, sop_instance_uid="2.25.7"), ledger)

    (value,) = re.findall(
        r'Alert Description" value="([^"]+)"', audit.file.read_text().splitlines()[1]
    )
    assert b64decode(value).decode().endswith("with status 0111H: no (instance 2.25.7)")


def test_a_writer_that_is_gone_is_a_failure_and_not_silence(audit, happened):
    with pytest.raises(LedgerUnavailableError):
        audit.observe(happened(Moment.STARTED), LocalLedger({}))


def test_without_settings_nothing_starts():
    with pytest.raises(ConfigurationError, match=r"controls\.audit: file, key and anchor"):
        Audit().books()


@pytest.mark.parametrize("name", ["key", "anchor"])
def test_key_and_anchor_lie_apart_from_the_trail(name, tmp_path):
    paths = {
        "file": tmp_path / "log",
        "key": tmp_path / "k" / "key",
        "anchor": tmp_path / "k" / "a",
    }

    with pytest.raises(ConfigurationError, match="another folder"):
        Audit(**paths | {name: tmp_path / name}).books()


def test_an_absent_key_is_a_clear_line(tmp_path):
    audit = Audit(file=tmp_path / "a" / "log", key=tmp_path / "key", anchor=tmp_path / "anchor")

    with pytest.raises(ConfigurationError, match=r"controls\.audit: key .*no such file"):
        audit.books()
    assert audit.name == BOOK


def test_a_user_who_was_identified_is_told_of(audit, ledger, happened):
    event = happened(Moment.ASSOCIATION_ACCEPTED)
    audit.observe(replace(event, request=replace(event.request, user="reader")), ledger)

    assert messages(audit) == [("110114", "110122", "0")]
    assert 'UserID="reader"' in audit.file.read_text("utf-8")


def test_what_names_no_peer_is_counted_for_nobody(audit, ledger, make_operation):
    stored = Event(Moment.OPERATION_ANSWERED, operation=make_operation(Dimse.STORE), status=0)
    audit.observe(stored, ledger)

    assert messages(audit) == []
    with pytest.raises(ValueError, match="an operation and a peer"):
        audit.observe(replace(stored, operation=make_operation(Dimse.FIND)), ledger)
