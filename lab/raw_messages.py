"""PDUs and messages, byte by byte (PS3.8 9.3, PS3.7 6.3): what no library would send for us."""

from collections.abc import Sequence

P_DATA_TF, A_ASSOCIATE_RQ = 0x04, 0x01
COMMAND, DATA_SET, LAST = 0x01, 0x00, 0x02
"""Bits of a message control header (PS3.8 E.2)."""
APPLICATION_CONTEXT = b"1.2.840.10008.3.1.1.1"
IMPLICIT_VR_LITTLE_ENDIAN = b"1.2.840.10008.1.2"
C_STORE_RQ, MEDIUM, DATA_SET_FOLLOWS = 0x0001, 0x0000, 0x0001
LARGEST_FRAGMENT = 16 * 1024 - 12
"""Bytes, so that each PDU keeps to the least that a peer announces in practice."""


def pdu(kind: int, content: bytes) -> bytes:
    """Type, a reserved byte, length, content (PS3.8 9.3.1)."""
    return bytes([kind, 0]) + len(content).to_bytes(4, "big") + content


def p_data(context_id: int, control: int, fragment: bytes) -> bytes:
    """One P-DATA-TF with one presentation data value (PS3.8 9.3.5)."""
    value = bytes([context_id, control]) + fragment
    return pdu(P_DATA_TF, len(value).to_bytes(4, "big") + value)


def in_fragments(context_id: int, control: int, content: bytes) -> bytes:
    """Content in as many P-DATA-TF as it takes, the last one marked."""
    starts = range(0, max(len(content), 1), LARGEST_FRAGMENT)
    pieces = [content[start : start + LARGEST_FRAGMENT] for start in starts]
    marks = [control] * (len(pieces) - 1) + [control | LAST]
    return b"".join(
        p_data(context_id, mark, piece) for mark, piece in zip(marks, pieces, strict=True)
    )


def element(number: int, value: bytes) -> bytes:
    """An element of group 0000 in implicit VR little endian, padded to even length."""
    value += b"\x00" * (len(value) % 2)
    return b"\x00\x00" + number.to_bytes(2, "little") + len(value).to_bytes(4, "little") + value


def c_store_rq(sop_class_uid: bytes, sop_instance_uid: bytes) -> bytes:
    """The command set of a C-STORE-RQ (PS3.7 9.3.1.1), whatever the UIDs are."""
    elements: Sequence[tuple[int, bytes]] = (
        (0x0002, sop_class_uid),
        (0x0100, C_STORE_RQ.to_bytes(2, "little")),
        (0x0110, b"\x01\x00"),
        (0x0700, MEDIUM.to_bytes(2, "little")),
        (0x0800, DATA_SET_FOLLOWS.to_bytes(2, "little")),
        (0x1000, sop_instance_uid),
    )
    body = b"".join(element(number, value) for number, value in elements)
    return element(0x0000, len(body).to_bytes(4, "little")) + body


def associate_rq(called: bytes, calling: bytes, abstract_syntax: str) -> bytes:
    """An A-ASSOCIATE-RQ with one presentation context (PS3.8 9.3.2), titles as they are."""
    syntaxes = _item(0x30, abstract_syntax.encode()) + _item(0x40, IMPLICIT_VR_LITTLE_ENDIAN)
    user = _item(0x51, (16384).to_bytes(4, "big")) + _item(0x52, b"2.25.1")
    variable = _item(0x10, APPLICATION_CONTEXT)
    variable += _item(0x20, bytes([1, 0, 0, 0]) + syntaxes) + _item(0x50, user)
    titles = called.ljust(16)[:16] + calling.ljust(16)[:16]
    return pdu(A_ASSOCIATE_RQ, b"\x00\x01\x00\x00" + titles + bytes(32) + variable)


def _item(kind: int, content: bytes) -> bytes:
    return bytes([kind, 0]) + len(content).to_bytes(2, "big") + content
