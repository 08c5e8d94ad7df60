"""What an A-ASSOCIATE-RQ and an A-ASSOCIATE-AC are made of, as bytes (PS3.8 9.3.2 and 9.3.3).

Each function gives one item or sub-item, and :func:`request` and :func:`acceptance` put them
into a PDU. pynetdicom's classes do the same, and ask each UID on its way through them half a
dozen times whether it is one: a quarter of what an association would cost us.
"""

from collections.abc import Iterable
from typing import Final

from pacs_open.wire.upper_layer import PduType

APPLICATION_CONTEXT: Final = "1.2.840.10008.3.1.1.1"
"""The DICOM Application Context Name (PS3.7 A.2.1)."""

_PROTOCOL_VERSION: Final = b"\x00\x01\x00\x00"
"""Version 1, and two reserved bytes (PS3.8 Table 9-11)."""


def request(called: str, calling: str, contexts: list[bytes], user: list[bytes]) -> bytes:
    """An A-ASSOCIATE-RQ (PS3.8 9.3.2): AE titles, proposed contexts, user information."""
    return _pdu(PduType.ASSOCIATE_RQ, called, calling, contexts, user)


def acceptance(called: str, calling: str, results: list[bytes], user: list[bytes]) -> bytes:
    """An A-ASSOCIATE-AC (PS3.8 9.3.3); the AE titles are those of its request."""
    return _pdu(PduType.ASSOCIATE_AC, called, calling, results, user)


def _pdu(
    kind: PduType, called: str, calling: str, contexts: list[bytes], user: list[bytes]
) -> bytes:
    body = b"".join(
        [
            _PROTOCOL_VERSION,
            called.encode("ascii").ljust(16),
            calling.encode("ascii").ljust(16),
            bytes(32),
            _item(0x10, APPLICATION_CONTEXT.encode("ascii")),
            *contexts,
            _item(0x50, b"".join(user)),
        ]
    )
    return bytes([kind, 0]) + len(body).to_bytes(4, "big") + body


def _item(kind: int, content: bytes) -> bytes:
    """Type, a reserved byte, length, content."""
    return bytes([kind, 0]) + len(content).to_bytes(2, "big") + content


def _counted(content: bytes) -> bytes:
    """Length and content of a field within a sub-item."""
    return len(content).to_bytes(2, "big") + content


def proposed_context(
    context_id: int, abstract_syntax: str, transfer_syntaxes: Iterable[str]
) -> bytes:
    """A presentation context of an A-ASSOCIATE-RQ (PS3.8 9.3.2.2)."""
    syntaxes = [_item(0x40, one.encode("ascii")) for one in transfer_syntaxes]
    abstract = _item(0x30, abstract_syntax.encode("ascii"))
    return _item(0x20, bytes([context_id, 0, 0, 0]) + abstract + b"".join(syntaxes))


def negotiated_context(context_id: int, result: int, transfer_syntax: str) -> bytes:
    """A presentation context of an A-ASSOCIATE-AC (PS3.8 9.3.3.2)."""
    syntax = _item(0x40, transfer_syntax.encode("ascii"))
    return _item(0x21, bytes([context_id, 0, result, 0]) + syntax)


def maximum_length(maximum_pdu: int) -> bytes:
    """The longest P-DATA-TF that we take, in bytes (PS3.8 D.1.1)."""
    return _item(0x51, maximum_pdu.to_bytes(4, "big"))


def implementation(class_uid: str, version_name: str) -> bytes:
    """Who made the sender: the two sub-items of PS3.7 D.3.3.2."""
    return _item(0x52, class_uid.encode("ascii")) + _item(0x55, version_name.encode("ascii"))


def role_selection(sop_class_uid: str, *, scu: bool, scp: bool) -> bytes:
    """Roles that the requestor has, or would like (PS3.7 D.3.3.4)."""
    return _item(0x54, _counted(sop_class_uid.encode("ascii")) + bytes([scu, scp]))


def extended_negotiation(sop_class_uid: str, information: bytes) -> bytes:
    """Service class application information of one SOP class (PS3.7 D.3.3.5)."""
    return _item(0x56, _counted(sop_class_uid.encode("ascii")) + information)


def user_identity_answer(response: bytes) -> bytes:
    """What a requestor is told who gave a user identity and asked for it (PS3.7 D.3.3.7.2)."""
    return _item(0x59, _counted(response))
