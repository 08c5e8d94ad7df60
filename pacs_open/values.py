"""What a peer asks for, as plain values: no sockets, no library types, nothing that can change.

Controls decide on these; the adapter (:mod:`pacs_open.server`) makes them.
"""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

LONGEST_UID: Final = 64
"""Characters of a UID (PS3.5 9.1)."""


class Dimse(StrEnum):
    """The DIMSE services of an archive (PS3.7 9.1), and Storage Commitment (PS3.4 J)."""

    ECHO = "echo"
    STORE = "store"
    FIND = "find"
    GET = "get"
    MOVE = "move"
    COMMIT = "commit"

    @property
    def message(self) -> str:
        """What its requests are called (PS3.7 6.2)."""
        return "N-ACTION" if self is Dimse.COMMIT else f"C-{self.upper()}"


class Level(StrEnum):
    """Query/Retrieve Level (0008,0052), PS3.4 C.3."""

    PATIENT = "PATIENT"
    STUDY = "STUDY"
    SERIES = "SERIES"
    IMAGE = "IMAGE"


class Model(StrEnum):
    """Query/Retrieve information models (PS3.4 C.6)."""

    PATIENT_ROOT = "patient root"
    STUDY_ROOT = "study root"


@dataclass(frozen=True)
class Certificate:
    """A certificate that TLS has verified, DER-encoded."""

    der: bytes = field(repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the DER bytes, as 64 lower-case hex digits."""
        return hashlib.sha256(self.der).hexdigest()


@dataclass(frozen=True)
class Peer:
    """The other end of a network connection, before we believe its name."""

    address: str
    port: int
    certificate: Certificate | None = None
    tls_version: str | None = None
    cipher: str | None = None
    serial: int = 0
    """Number of this connection in this worker, so that a log can be followed."""

    @property
    def budget_key(self) -> str:
        """What limits count by: the certificate where TLS proved one, else the address."""
        if self.certificate is not None:
            return f"certificate {self.certificate.fingerprint}"
        return f"address {self.address}"


@dataclass(frozen=True)
class UserIdentity:
    """The user identity sub-item of an A-ASSOCIATE-RQ (PS3.7 D.3.3.7)."""

    kind: int
    primary: bytes = field(repr=False)
    secondary: bytes = field(default=b"", repr=False)
    positive_response_requested: bool = False


@dataclass(frozen=True)
class Identified:
    """A user whom a control has identified; may be returned at ``admit``."""

    user: str
    response: bytes | None = field(default=None, repr=False)
    """What the A-ASSOCIATE-AC answers (PS3.7 D.3.3.7.2); None: no answer was asked for."""


@dataclass(frozen=True)
class PresentationContext:
    """One proposed presentation context (PS3.8 9.3.2.2)."""

    context_id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True)
class AssociationRequest:
    """An A-ASSOCIATE-RQ (PS3.8 9.3.2); outer spaces of the AE titles are stripped."""

    peer: Peer
    calling_ae_title: str
    called_ae_title: str
    contexts: tuple[PresentationContext, ...] = ()
    user_identity: UserIdentity | None = None
    user: str = ""
    """Who the user is, once a control has identified one."""
    implementation_class_uid: str = ""
    implementation_version_name: str = ""


@dataclass(frozen=True)
class Operation:
    """One DIMSE request on an association (PS3.7 9.3)."""

    request: AssociationRequest
    service: Dimse
    sop_class_uid: str
    message_id: int
    transfer_syntax: str
    sop_instance_uid: str | None = None
    """Affected SOP Instance UID; C-STORE only."""
    move_destination: str | None = None
    """Move Destination, an AE title; C-MOVE only."""


@dataclass(frozen=True)
class Query:
    """What a C-FIND, C-GET or C-MOVE identifier asks for.

    ``keys`` maps keywords to text as it stood on the wire, decoded: "" is universal matching,
    backslashes separate a list of UID, "*" and "?" are wild cards, "-" makes a range.
    A control narrows a query by replacing it; ``limit`` bounds the number of matches.
    """

    operation: Operation
    model: Model
    level: Level
    keys: Mapping[str, str]
    relational: bool = False
    restrictions: tuple["Restriction", ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class Restriction:
    """A further condition that a control lays on a query: the attribute has one of these values.

    ``keyword`` is an attribute of the index (PatientID, StudyInstanceUID, Modality).
    """

    keyword: str
    values: frozenset[str]


@dataclass(frozen=True)
class Destination:
    """Where a C-MOVE sub-association goes (PS3.4 C.4.2)."""

    ae_title: str
    host: str
    port: int
    known: bool
    """Whether the title stands in the configured table of devices (else: called back)."""
    server_name: str | None = None
    """The name its certificate must carry; the host if None."""
    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    """Set by a control that brings TLS."""


@dataclass(frozen=True)
class Head:
    """The first elements of an arriving data set, up to (0020,000E), decoded as text.

    ``elements`` maps keywords to text without padding; sequences are skipped.
    """

    elements: Mapping[str, str]

    def get(self, keyword: str) -> str:
        """Text of one element, "" if it is absent or empty."""
        return self.elements.get(keyword, "")


@dataclass(frozen=True)
class Record:
    """An instance about to be committed, and what stands under its UID already.

    ``existing_digest`` is the digest of the data set of the instance now in the index, None if
    there is none. A repetition (same digest) never reaches the controls: it is answered
    0000H and nothing is written. ``known_patient_ids``: Patient IDs the index holds for
    this Study Instance UID.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    head: Head
    size: int
    digest: str
    existing_digest: str | None = None
    known_patient_ids: frozenset[str] = frozenset()


class Moment(StrEnum):
    """What an event tells about."""

    STARTED = "started"
    STOPPED = "stopped"
    RELOADED = "settings reloaded"
    """``why`` says what has changed."""
    CONNECTION_DROPPED = "connection dropped"
    HANDSHAKE_FAILED = "TLS handshake failed"
    ASSOCIATION_ACCEPTED = "association accepted"
    ASSOCIATION_REJECTED = "association rejected"
    ASSOCIATION_ENDED = "association ended"
    """Released, aborted or cut; ``why`` says which."""
    OPERATION_ANSWERED = "operation answered"
    """Once for each DIMSE request, with its final status."""
    SUB_OPERATION_ANSWERED = "sub-operation answered"
    """An instance sent by C-GET or C-MOVE."""


@dataclass(frozen=True)
class Event:
    """Something that was answered. No patient data but identifiers that audit needs.

    ``patient_id`` and ``study_instance_uid`` are for the audit log alone; no other log line
    may show them.
    """

    moment: Moment
    peer: Peer | None = None
    request: AssociationRequest | None = None
    operation: Operation | None = None
    status: int | None = None
    """Final DIMSE status, where one was sent."""
    rejection: tuple[int, int, int] | None = None
    """Result, source and reason of an A-ASSOCIATE-RJ."""
    refused: bool = False
    """Whether a control or a built-in check said no."""
    why: str = ""
    patient_id: str = ""
    study_instance_uid: str = ""
    sop_instance_uid: str = ""
    query: bytes = field(default=b"", repr=False)
    """The identifier of a C-FIND, C-GET or C-MOVE as it came, for the audit log alone."""
    destination: Destination | None = None
    matches: int | None = None
    replaced: bool | None = None
    """C-STORE: True if an instance was replaced, None if a repetition wrote nothing."""
