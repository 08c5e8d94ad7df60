"""An A-ASSOCIATE-RQ as values (PS3.8 9.3.2, PS3.7 D.3.3), read within bounds.

This comes before pynetdicom: its decoder keeps unknown items (the Standard wants them
ignored), has no bound on their number, and writes a peer's text into the log as it came.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pacs_open.errors import ProtocolError
from pacs_open.refusals import (
    AssociationRejected,
    called_ae_not_recognized,
    calling_ae_not_recognized,
)
from pacs_open.values import (
    LONGEST_UID,
    AssociationRequest,
    Peer,
    PresentationContext,
    UserIdentity,
)
from pacs_open.wire.items import APPLICATION_CONTEXT
from pacs_open.wire.upper_layer import AbortReason

MOST_CONTEXTS: Final = 128
"""Odd ids from 1 to 255 (PS3.8 9.3.2.2)."""
MOST_TRANSFER_SYNTAXES: Final = 128
"""Proposed in one presentation context: three times what the Standard knows."""
MOST_SUB_ITEMS: Final = 1024
"""Of user information: role selection and extended negotiation come once a SOP class."""

_FIXED = struct.Struct(">HH16s16s32x")
_ITEM = struct.Struct(">BxH")
_AE_TITLE = re.compile(r"[\x20-\x5b\x5d-\x7e]*")
_UID = re.compile(r"(?=.{1,64}\Z)(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*\Z")


@dataclass(frozen=True)
class Proposal:
    """What a requestor proposes."""

    request: AssociationRequest
    maximum_pdu: int
    """Longest P-DATA-TF it takes, bytes; 0 is no maximum (PS3.8 D.1)."""
    roles: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)
    """SOP class -> the SCU and the SCP role proposed for the requestor (PS3.7 D.3.3.4)."""
    extended: Mapping[str, bytes] = field(default_factory=dict)
    """SOP class -> service class application information (PS3.7 D.3.3.5)."""


def is_uid(text: str) -> bool:
    """Whether this is a UID as PS3.5 9.1 has it."""
    return _UID.match(text) is not None


def read(body: bytes, peer: Peer) -> Proposal:
    """Read the bytes after the PDU header.

    Raises:
        AssociationRejected: an AE title, the application context or the protocol version
            cannot be accepted (PS3.8 Table 9-21).
        ProtocolError: the bytes are no A-ASSOCIATE-RQ; its reason goes into the A-ABORT.
    """
    if len(body) < _FIXED.size:
        raise _invalid(f"an A-ASSOCIATE-RQ of {len(body)} bytes")
    version, _, called, calling = _FIXED.unpack_from(body)
    if not version & 1:
        message = f"protocol version {version:04X}H"
        raise AssociationRejected(message, 1, 2, 2)
    called_text, calling_text = _title(called), _title(calling)
    if called_text is None:
        raise called_ae_not_recognized(f"called AE title {called!r} is not one (PS3.5 6.2)")
    if calling_text is None:
        raise calling_ae_not_recognized(f"calling AE title {calling!r} is not one (PS3.5 6.2)")
    reading = _Reading()
    reading.read(memoryview(body)[_FIXED.size :])
    return reading.proposal(peer, called_text, calling_text)


def _title(raw: bytes) -> str | None:
    """An AE title without outer spaces; None if it is not one (PS3.5 6.2, VR AE)."""
    text = raw.decode("latin-1").rstrip("\0 ").lstrip(" ")
    return text if text and _AE_TITLE.fullmatch(text) else None


def _invalid(message: str) -> ProtocolError:
    return ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)


def _items(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Type and content of each item (PS3.8 9.3.2: type, reserved, length, content)."""
    at = 0
    while at < len(data):
        if len(data) - at < _ITEM.size:
            raise _invalid("an item ends within its header")
        kind, length = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        if length > len(data) - at:
            raise _invalid(f"item {kind:02X}H of {length} bytes does not fit")
        yield kind, data[at : at + length]
        at += length


def _uid(data: memoryview) -> str:
    """A UID without padding; whether it is a proper one is asked where it matters."""
    if len(data) > LONGEST_UID + 1:
        raise _invalid(f"a UID of {len(data)} bytes")
    return bytes(data).decode("latin-1").rstrip("\0 ")


def _counted(data: memoryview) -> tuple[memoryview, memoryview]:
    """Split off a piece whose length is in its first two bytes; the piece and the rest."""
    length = int.from_bytes(data[:2], "big")
    if len(data) < 2 + length:
        raise _invalid(f"a field of {length} bytes does not fit its sub-item")
    return data[2 : 2 + length], data[2 + length :]


class _Reading:
    """Collects what the items say; items that are not known are ignored (PS3.8 9.3.1)."""

    def __init__(self) -> None:
        self.application_context = ""
        self.contexts: dict[int, PresentationContext] = {}
        self.maximum_pdu = 0
        self.implementation_class_uid = ""
        self.implementation_version_name = ""
        self.roles: dict[str, tuple[bool, bool]] = {}
        self.extended: dict[str, bytes] = {}
        self.user_identity: UserIdentity | None = None

    def read(self, data: memoryview) -> None:
        readers = {0x10: self._application_context, 0x20: self._context, 0x50: self._user}
        for kind, content in _items(data):
            if kind in readers:
                readers[kind](content)

    def proposal(self, peer: Peer, called: str, calling: str) -> Proposal:
        if self.application_context != APPLICATION_CONTEXT:
            message = f"application context {self.application_context!r}"
            raise AssociationRejected(message, 1, 1, 2)
        request = AssociationRequest(
            peer=peer,
            calling_ae_title=calling,
            called_ae_title=called,
            contexts=tuple(self.contexts.values()),
            user_identity=self.user_identity,
            implementation_class_uid=self.implementation_class_uid,
            implementation_version_name=self.implementation_version_name,
        )
        return Proposal(request, self.maximum_pdu, self.roles, self.extended)

    def _application_context(self, data: memoryview) -> None:
        self.application_context = _uid(data)

    def _context(self, data: memoryview) -> None:
        if len(data) < _ITEM.size:
            raise _invalid("a presentation context without a header")
        context_id = data[0]
        if context_id % 2 == 0 or context_id in self.contexts:
            raise _invalid(f"presentation context id {context_id} is even or not unique")
        abstract = ""
        transfer: list[str] = []
        for kind, content in _items(data[4:]):
            if kind == 0x30:  # noqa: PLR2004 - abstract syntax (PS3.8 Table 9-14)
                abstract = _uid(content)
            elif kind == 0x40 and len(transfer) < MOST_TRANSFER_SYNTAXES:  # noqa: PLR2004 - Table 9-15
                transfer.append(_uid(content))
        self.contexts[context_id] = PresentationContext(context_id, abstract, tuple(transfer))

    def _user(self, data: memoryview) -> None:
        readers = {
            0x51: self._maximum_length,
            0x52: self._implementation_class,
            0x54: self._role,
            0x55: self._implementation_version,
            0x56: self._extended,
            0x58: self._identity,
        }
        for count, (kind, content) in enumerate(_items(data)):
            if count >= MOST_SUB_ITEMS:
                raise _invalid(f"more than {MOST_SUB_ITEMS} user information sub-items")
            if kind in readers:
                readers[kind](content)

    def _maximum_length(self, data: memoryview) -> None:
        if len(data) != 4:  # noqa: PLR2004 - PS3.8 Table D.1-1
            raise _invalid("maximum length sub-item")
        self.maximum_pdu = int.from_bytes(data, "big")

    def _implementation_class(self, data: memoryview) -> None:
        self.implementation_class_uid = _uid(data)

    def _implementation_version(self, data: memoryview) -> None:
        self.implementation_version_name = bytes(data[:16]).decode("latin-1").rstrip("\0 ")

    def _role(self, data: memoryview) -> None:
        uid, roles = _counted(data)
        if len(roles) != 2:  # noqa: PLR2004 - PS3.7 Table D.3-9
            raise _invalid("SCP/SCU role selection sub-item")
        self.roles[_uid(uid)] = (roles[0] == 1, roles[1] == 1)

    def _extended(self, data: memoryview) -> None:
        uid, information = _counted(data)
        self.extended[_uid(uid)] = bytes(information)

    def _identity(self, data: memoryview) -> None:
        if len(data) < _ITEM.size:
            raise _invalid("user identity sub-item")
        primary, rest = _counted(data[2:])
        secondary, _ = _counted(rest)
        self.user_identity = UserIdentity(data[0], bytes(primary), bytes(secondary), data[1] == 1)
