"""DICOM audit messages (PS3.15 A.5) as one line of XML each.

Text from a peer cannot break out of a message: free text is base64 as the schema has it
(A.5.1.1: "known attack points"), names are escaped by the XML writer after every character
that is not printable was made visible.
"""

import os
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from pacs_open.values import Destination, Peer
from pacs_secure.audit_codes import DCM, PATIENT_NUMBER, Code

SUCCESS, MINOR_FAILURE, SERIOUS_FAILURE, MAJOR_FAILURE = 0, 4, 8, 12
"""EventOutcomeIndicator. In an alert 4 and 8 say that nobody came through (A.5.3.11)."""
_PACS = "4"
_IP_ADDRESS = "2"
_PERSON, _SYSTEM = "1", "2"
_ROLE_OF_PATIENT, _ROLE_OF_REPORT = "1", "3"


def visible(text: str) -> str:
    """Text with every character that is not printable, and the backslash, written as an escape.

    No line break, control character, lone surrogate or change of writing direction survives.
    """
    return "".join(
        character
        if character.isprintable() and character != "\\"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


class Participant(NamedTuple):
    """Somebody who took part (A.5.2): a process of ours, or the other end of a connection."""

    user_id: str
    ae_title: str = ""
    address: str = ""
    is_requestor: bool = False

    @classmethod
    def ourselves(cls, ae_title: str = "") -> "Participant":
        """Describe this process by its number, as A.5.2.1 has it."""
        return cls(str(os.getpid()), ae_title)

    @classmethod
    def of(cls, peer: Peer, ae_title: str = "", *, is_requestor: bool = True) -> "Participant":
        """Describe a peer by its certificate, the only thing about it that is proven."""
        proven = peer.certificate
        user_id = f"sha256:{proven.fingerprint}" if proven else "unauthenticated"
        return cls(user_id, ae_title, peer.address, is_requestor)

    @classmethod
    def called(cls, destination: Destination) -> "Participant":
        """Describe where a C-MOVE went."""
        return cls(destination.ae_title, destination.ae_title, destination.host)


class Transfer(NamedTuple):
    """Instances of one study of one patient on their way, within one association."""

    source: Participant
    destination: Participant
    others: tuple[Participant, ...]
    study_instance_uid: str
    patient_id: str
    action: str
    """EventActionCode: C new here, U altered, R sent or already held (A.5.3.7)."""


class AuditMessages:
    """Writes messages in the name of one audit source (A.5.2)."""

    def __init__(self, source_id: str, site: str = "") -> None:
        self._source = {"AuditSourceID": visible(source_id)}
        if site:
            self._source["AuditEnterpriseSiteID"] = visible(site)

    def application_activity(self, kind: Code) -> str:
        """The archive starts or stops (A.5.3.1)."""
        message = _begin(DCM.ApplicationActivity, "E", SUCCESS, kind)
        _participant(message, Participant.ourselves(), DCM.Application)
        return self._finish(message)

    def user_login(self, user: str, at: Participant, ae_title: str) -> str:
        """A user was identified (A.5.3.12)."""
        message = _begin(DCM.UserAuthentication, "E", SUCCESS, DCM.Login)
        _participant(message, at._replace(user_id=user, is_requestor=True))
        _participant(message, Participant.ourselves(ae_title))
        return self._finish(message)

    def security_alert(
        self,
        kind: Code,
        outcome: int,
        why: str,
        *,
        performer: Participant | None = None,
        ours: str = "",
    ) -> str:
        """Somebody was refused, or the trail itself is in doubt (A.5.3.11)."""
        message = _begin(DCM.SecurityAlert, "E", outcome, kind)
        _participant(message, Participant.ourselves(ours))
        if performer is not None:
            _participant(message, performer._replace(is_requestor=False))
        node = performer.address if performer is not None else "this archive"
        subject = _object(message, node, DCM.NodeID, _SYSTEM)
        SubElement(subject, "ParticipantObjectName").text = visible(
            performer.ae_title if performer is not None else ""
        )
        _detail(subject, "Alert Description", why.encode("utf-8", "backslashreplace"))
        return self._finish(message, subject)

    def query(
        self,
        outcome: int,
        issuer: Participant,
        responder: Participant,
        *,
        sop_class_uid: str,
        transfer_syntax: str,
        identifier: bytes,
    ) -> str:
        """A C-FIND, or the identifier of a C-GET or C-MOVE (A.5.3.10)."""
        message = _begin(DCM.Query, "E", outcome)
        _participant(message, issuer, DCM.SourceRoleID)
        _participant(message, responder, DCM.DestinationRoleID)
        asked = _object(message, sop_class_uid, DCM.SOPClassUID, _SYSTEM, _ROLE_OF_REPORT)
        SubElement(asked, "ParticipantObjectQuery").text = _base64(identifier)
        _detail(asked, "TransferSyntax", transfer_syntax.encode("ascii", "replace"))
        return self._finish(message, asked)

    def begin_transferring(self, transfer: Transfer) -> str:
        """The first instance of a study was answered (A.5.3.3)."""
        message = _begin(DCM.BeginTransferringDICOMInstances, "E", SUCCESS)
        return self._finish(message, *_transferred(message, transfer, {}))

    def instances_transferred(
        self, transfer: Transfer, outcome: int, counts: Mapping[str, int], why: str = ""
    ) -> str:
        """All that went one way with one outcome (A.5.3.7); ``counts``: SOP class to number."""
        message = _begin(DCM.DICOMInstancesTransferred, transfer.action, outcome, why=why)
        return self._finish(message, *_transferred(message, transfer, counts))

    def _finish(self, message: Element, *objects: Element) -> str:
        """Add the source, then the objects: the schema wants them in this order."""
        source = SubElement(message, "AuditSourceIdentification", self._source)
        SubElement(source, "AuditSourceTypeCode", {"csd-code": _PACS})
        message.extend(objects)
        return tostring(message, encoding="unicode")


def _begin(
    event: Code, action: str, outcome: int, kind: Code | None = None, why: str = ""
) -> Element:
    message = Element("AuditMessage")
    identification = SubElement(
        message,
        "EventIdentification",
        {
            "EventActionCode": action,
            "EventDateTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "EventOutcomeIndicator": str(outcome),
        },
    )
    _code(identification, "EventID", event)
    if kind is not None:
        _code(identification, "EventTypeCode", kind)
    if why:
        SubElement(identification, "EventOutcomeDescription").text = visible(why)
    return message


def _code(parent: Element, tag: str, code: Code) -> None:
    SubElement(
        parent,
        tag,
        {
            "csd-code": code.value,
            "codeSystemName": code.scheme_designator,
            "originalText": code.meaning,
        },
    )


def _participant(message: Element, who: Participant, role: Code | None = None) -> None:
    attributes = {
        "UserID": visible(who.user_id),
        "UserIsRequestor": "true" if who.is_requestor else "false",
    }
    if who.ae_title:  # A.5.2.2
        attributes["AlternativeUserID"] = f"AETITLES= {visible(who.ae_title)}"
    if who.address:
        attributes["NetworkAccessPointID"] = visible(who.address)
        attributes["NetworkAccessPointTypeCode"] = _IP_ADDRESS
    element = SubElement(message, "ActiveParticipant", attributes)
    if role is not None:
        _code(element, "RoleIDCode", role)


def _object(message: Element, name: str, kind: Code, type_code: str, role: str = "") -> Element:
    """Make a participant object; it is attached when the message is finished."""
    attributes = {"ParticipantObjectID": visible(name), "ParticipantObjectTypeCode": type_code}
    if role:
        attributes["ParticipantObjectTypeCodeRole"] = role
    element = message.makeelement("ParticipantObjectIdentification", attributes)
    _code(element, "ParticipantObjectIDTypeCode", kind)
    return element


def _detail(subject: Element, kind: str, content: bytes) -> None:
    SubElement(subject, "ParticipantObjectDetail", {"type": kind, "value": _base64(content)})


def _transferred(
    message: Element, transfer: Transfer, counts: Mapping[str, int]
) -> Iterable[Element]:
    """Describe who sent what to whom: participants at once, study and patient as objects."""
    _participant(message, transfer.source, DCM.SourceRoleID)
    _participant(message, transfer.destination, DCM.DestinationRoleID)
    for other in transfer.others:
        _participant(message, other)
    study = _object(
        message, transfer.study_instance_uid, DCM.StudyInstanceUID, _SYSTEM, _ROLE_OF_REPORT
    )
    SubElement(study, "ParticipantObjectName")
    if counts:
        description = SubElement(study, "ParticipantObjectDescription")
        for uid, number in counts.items():
            of_class = {"UID": visible(uid)} if uid else {}
            SubElement(description, "SOPClass", {**of_class, "NumberOfInstances": str(number)})
    patient = _object(message, transfer.patient_id, PATIENT_NUMBER, _PERSON, _ROLE_OF_PATIENT)
    SubElement(patient, "ParticipantObjectName")
    return study, patient
