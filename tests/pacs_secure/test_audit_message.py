from base64 import b64decode
from xml.etree import ElementTree as ET

import pytest

from pacs_open.values import Certificate, Destination, Peer
from pacs_secure.audit_codes import DCM
from pacs_secure.audit_message import (
    MINOR_FAILURE,
    SUCCESS,
    AuditMessages,
    Participant,
    Transfer,
    visible,
)

MESSAGES = AuditMessages("PACS-SECURE")
PEER = Peer("10.0.0.7", 50000, certificate=Certificate(b"x"))
THERE = Participant.of(PEER, "MODALITY")
HERE = Participant.ourselves("PACS-SECURE")
NASTY = "a\nb\r\0\x1b[2J\\\u2028\u202e\ud800<&\"']]>é"


def parsed(text):
    assert "\n" not in text
    assert text.isprintable()
    return ET.fromstring(text)  # noqa: S314 - our own writing is what is tested


def order(message):
    return [child.tag for child in message]


def test_what_peers_say_stays_on_one_line_and_can_be_read_back():
    assert visible("Müller^Änne=山田") == "Müller^Änne=山田"
    assert visible(NASTY) == "a\\nb\\r\\x00\\x1b[2J\\\\\\u2028\\u202e\\ud800<&\"']]>é"
    # never ambiguous: who writes an escape gets it escaped
    assert visible("\\n") == "\\\\n"


@pytest.mark.parametrize(
    "message",
    [
        MESSAGES.application_activity(DCM.ApplicationStart),
        AuditMessages(NASTY, NASTY).security_alert(
            DCM.NodeAuthentication, 8, NASTY, performer=Participant(NASTY, NASTY, NASTY), ours=NASTY
        ),
        MESSAGES.query(
            SUCCESS,
            Participant(NASTY, NASTY),
            HERE,
            sop_class_uid=NASTY,
            transfer_syntax=NASTY,
            identifier=NASTY.encode("utf-8", "surrogatepass"),
        ),
        MESSAGES.begin_transferring(Transfer(THERE, HERE, (), NASTY, NASTY, "C")),
        MESSAGES.instances_transferred(
            Transfer(HERE, Participant(NASTY), (THERE,), NASTY, NASTY, "R"), 8, {NASTY: 2}, NASTY
        ),
    ],
)
def test_every_message_is_one_line_in_the_order_of_the_schema(message):
    root = parsed(message)

    assert root.tag == "AuditMessage"
    expected = ["EventIdentification", "ActiveParticipant", "AuditSourceIdentification"]
    seen = list(dict.fromkeys(order(root)))
    assert seen[:3] == expected
    assert seen[3:] in ([], ["ParticipantObjectIdentification"])
    for thing in root.findall("ParticipantObjectIdentification"):
        assert thing[0].tag == "ParticipantObjectIDTypeCode"
        assert thing[1].tag in {"ParticipantObjectName", "ParticipantObjectQuery"}
    for code in root.iter():
        if "codeSystemName" in code.attrib:
            assert {"csd-code", "originalText"} < set(code.attrib)
    requestors = [p for p in root.iter("ActiveParticipant") if p.get("UserIsRequestor") == "true"]
    assert len(requestors) <= 1
    assert root.find("EventIdentification").get("EventDateTime").endswith("+00:00")


def test_start_and_stop_name_the_process():
    root = parsed(MESSAGES.application_activity(DCM.ApplicationStop))

    event = root.find("EventIdentification")
    assert event.find("EventID").get("csd-code") == "110100"
    assert event.find("EventTypeCode").get("csd-code") == "110121"
    assert root.find("ActiveParticipant/RoleIDCode").get("csd-code") == "110150"


def test_a_peer_is_named_by_its_certificate_and_its_title_is_hearsay():
    root = parsed(MESSAGES.security_alert(DCM.AccessControlDecision, 4, "why", performer=THERE))

    performer = root.findall("ActiveParticipant")[1]
    assert performer.get("UserID") == f"sha256:{PEER.certificate.fingerprint}"
    assert performer.get("AlternativeUserID") == "AETITLES= MODALITY"
    assert performer.get("NetworkAccessPointID") == "10.0.0.7"
    assert performer.get("NetworkAccessPointTypeCode") == "2"
    assert performer.get("UserIsRequestor") == "false"  # A.5.3.11
    nobody = Participant.of(Peer("10.0.0.8", 1))
    assert nobody.user_id == "unauthenticated"


def test_an_alert_carries_its_reason_in_base64():
    root = parsed(MESSAGES.security_alert(DCM.NodeAuthentication, MINOR_FAILURE, "wrong <title>"))

    detail = root.find("ParticipantObjectIdentification/ParticipantObjectDetail")
    assert detail.get("type") == "Alert Description"
    assert b64decode(detail.get("value")) == b"wrong <title>"
    assert root.find("EventIdentification").get("EventOutcomeIndicator") == "4"


def test_a_query_carries_its_identifier_as_it_came():
    root = parsed(
        MESSAGES.query(
            SUCCESS,
            THERE,
            HERE,
            sop_class_uid="1.2.3",
            transfer_syntax="1.2.840.10008.1.2.1",
            identifier=b"\x10\0\x10\0PN",
        )
    )

    asked = root.find("ParticipantObjectIdentification")
    assert b64decode(asked.find("ParticipantObjectQuery").text) == b"\x10\0\x10\0PN"
    assert asked.find("ParticipantObjectIDTypeCode").get("csd-code") == "110181"
    assert b64decode(asked.find("ParticipantObjectDetail").get("value")).startswith(b"1.2.840")


def test_a_transfer_names_study_patient_and_how_many():
    destination = Participant.called(Destination("WORKSTATION", "10.0.0.9", 104, True))
    transfer = Transfer(HERE, destination, (THERE,), "1.2.3", "P1", "R")
    root = parsed(MESSAGES.instances_transferred(transfer, SUCCESS, {"1.2": 3, "": 2}))

    roles = [
        (role.get("csd-code") if (role := who.find("RoleIDCode")) is not None else None)
        for who in root.findall("ActiveParticipant")
    ]
    assert roles == ["110153", "110152", None]
    study, patient = root.findall("ParticipantObjectIdentification")
    assert study.get("ParticipantObjectID") == "1.2.3"
    assert [c.attrib for c in study.iter("SOPClass")] == [
        {"UID": "1.2", "NumberOfInstances": "3"},
        {"NumberOfInstances": "2"},
    ]
    assert patient.get("ParticipantObjectID") == "P1"
    assert patient.find("ParticipantObjectIDTypeCode").get("csd-code") == "2"
    assert root.find("EventIdentification").get("EventActionCode") == "R"


def test_a_login_names_the_user_and_the_device():
    root = parsed(MESSAGES.user_login("reader", THERE, "PACS-SECURE"))

    event = root.find("EventIdentification")
    assert event.find("EventID").get("csd-code") == "110114"
    assert event.find("EventTypeCode").get("csd-code") == "110122"
    user, ours = root.findall("ActiveParticipant")
    assert (user.get("UserID"), user.get("UserIsRequestor")) == ("reader", "true")
    assert user.get("NetworkAccessPointID") == THERE.address
    assert "PACS-SECURE" in ours.get("AlternativeUserID")
