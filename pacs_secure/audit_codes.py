"""Codes of the DICOM controlled terminology that audit messages use (PS3.16 Annex D).

Not looked up in pydicom's own dictionary, which holds all of it: to load that takes a third of a
second, at each start of an archive and each word to a running one. A test compares the two.
"""

from typing import Final, NamedTuple


class Code(NamedTuple):
    """A coded value as PS3.15 A.5.1 writes it."""

    value: str
    scheme_designator: str
    meaning: str


def _dcm(value: str, meaning: str) -> Code:
    return Code(value, "DCM", meaning)


class DCM:
    """By their keywords."""

    AccessControlDecision: Final = _dcm("110147", "Access Control Decision")
    Application: Final = _dcm("110150", "Application")
    ApplicationActivity: Final = _dcm("110100", "Application Activity")
    ApplicationStart: Final = _dcm("110120", "Application Start")
    ApplicationStop: Final = _dcm("110121", "Application Stop")
    AuditRecordingStarted: Final = _dcm("110134", "Audit Recording Started")
    AuditRecordingStopped: Final = _dcm("110133", "Audit Recording Stopped")
    AuthorizationDecision: Final = _dcm("110144", "Authorization Decision")
    BeginTransferringDICOMInstances: Final = _dcm("110102", "Begin Transferring DICOM Instances")
    DICOMInstancesTransferred: Final = _dcm("110104", "DICOM Instances Transferred")
    DestinationRoleID: Final = _dcm("110152", "Destination Role ID")
    Login: Final = _dcm("110122", "Login")
    NodeAuthentication: Final = _dcm("110126", "Node Authentication")
    NodeID: Final = _dcm("110182", "Node ID")
    Query: Final = _dcm("110112", "Query")
    SOPClassUID: Final = _dcm("110181", "SOP Class UID")
    SecurityAlert: Final = _dcm("110113", "Security Alert")
    SecurityConfiguration: Final = _dcm("110129", "Security Configuration")
    SourceRoleID: Final = _dcm("110153", "Source Role ID")
    StudyInstanceUID: Final = _dcm("110180", "Study Instance UID")
    UserAuthentication: Final = _dcm("110114", "User Authentication")


PATIENT_NUMBER: Final = Code("2", "RFC-3881", "Patient Number")
