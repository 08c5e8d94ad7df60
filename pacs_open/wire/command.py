"""Command sets of DIMSE messages: bytes to values and back (PS3.7 6.3, 9.3 and Annex E).

Always Implicit VR Little Endian, group 0000 only. Every length is checked before it is used;
what is unknown is skipped, as PS3.7 6.3.1 lets a receiver do.
"""

import struct
from enum import IntEnum
from functools import lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

from pacs_open.errors import ProtocolError

_ELEMENT = struct.Struct("<HHL")
_US = struct.Struct("<H")
_US_ELEMENT = struct.Struct("<HHLH")
_AT = struct.Struct("<HH")
_UL = struct.Struct("<L")

NO_DATA_SET: Final = 0x0101
"""Command Data Set Type (0000,0800) of a message without a data set."""

_GROUP_LENGTH = 0x0000
_COMMAND_DATA_SET_TYPE = 0x0800

LONGEST_COMMAND: Final = 64 * 1024
"""Bytes of a command set."""


class CommandField(IntEnum):
    """Command Field (0000,0100), PS3.7 E.1. A response is its request with bit 15 set."""

    C_STORE_RQ = 0x0001
    C_STORE_RSP = 0x8001
    C_GET_RQ = 0x0010
    C_GET_RSP = 0x8010
    C_FIND_RQ = 0x0020
    C_FIND_RSP = 0x8020
    C_MOVE_RQ = 0x0021
    C_MOVE_RSP = 0x8021
    C_ECHO_RQ = 0x0030
    C_ECHO_RSP = 0x8030
    N_EVENT_REPORT_RQ = 0x0100
    N_EVENT_REPORT_RSP = 0x8100
    N_ACTION_RQ = 0x0130
    N_ACTION_RSP = 0x8130
    C_CANCEL_RQ = 0x0FFF


class Command(NamedTuple):
    """A command set; an absent element is None, an empty one is "".

    Field names are the element names of PS3.7 E.1 in snake case. A tuple, because each message
    makes two of these, and a frozen dataclass takes five times as long to make.
    """

    command_field: int
    affected_sop_class_uid: str | None = None
    message_id: int | None = None
    message_id_being_responded_to: int | None = None
    move_destination: str | None = None
    priority: int | None = None
    status: int | None = None
    offending_element: tuple[int, ...] | None = None
    """Tags, group in the upper 16 bits."""
    error_comment: str | None = None
    affected_sop_instance_uid: str | None = None
    number_of_remaining_suboperations: int | None = None
    number_of_completed_suboperations: int | None = None
    number_of_failed_suboperations: int | None = None
    number_of_warning_suboperations: int | None = None
    move_originator_ae_title: str | None = None
    move_originator_message_id: int | None = None
    requested_sop_class_uid: str | None = None
    requested_sop_instance_uid: str | None = None
    event_type_id: int | None = None
    action_type_id: int | None = None
    has_data_set: bool = False
    """Whether a data set follows: Command Data Set Type is not 0101H."""

    @property
    def is_request(self) -> bool:
        """Whether this is a request (C-CANCEL included)."""
        return not self.command_field & 0x8000

    @property
    def sop_class_uid(self) -> str | None:
        """The SOP class that a request is about (PS3.7 9.1, 10.1)."""
        if self.command_field == CommandField.N_ACTION_RQ:
            return self.requested_sop_class_uid
        return self.affected_sop_class_uid

    def response(
        self,
        status: int,
        *,
        comment: str = "",
        offending: tuple[int, ...] = (),
        has_data_set: bool = False,
    ) -> "Command":
        """The response to this request, with its SOP class, instance and Message ID.

        What a DIMSE-N request names as requested, its response names as affected (PS3.7 10.3).
        Sub-operation counts are added with ``_replace``.
        """
        return Command(
            command_field=self.command_field | 0x8000,
            affected_sop_class_uid=self.sop_class_uid,
            message_id_being_responded_to=self.message_id,
            status=status,
            offending_element=offending or None,
            error_comment=comment[:64] or None,
            affected_sop_instance_uid=self.affected_sop_instance_uid
            or self.requested_sop_instance_uid,
            action_type_id=self.action_type_id,
            event_type_id=self.event_type_id,
            has_data_set=has_data_set,
        )


_ELEMENTS: Final[dict[int, tuple[str, str]]] = {
    0x0002: ("affected_sop_class_uid", "UI"),
    0x0003: ("requested_sop_class_uid", "UI"),
    0x0100: ("command_field", "US"),
    0x0110: ("message_id", "US"),
    0x0120: ("message_id_being_responded_to", "US"),
    0x0600: ("move_destination", "AE"),
    0x0700: ("priority", "US"),
    _COMMAND_DATA_SET_TYPE: ("has_data_set", "US"),
    0x0900: ("status", "US"),
    0x0901: ("offending_element", "AT"),
    0x0902: ("error_comment", "LO"),
    0x1000: ("affected_sop_instance_uid", "UI"),
    0x1001: ("requested_sop_instance_uid", "UI"),
    0x1002: ("event_type_id", "US"),
    0x1008: ("action_type_id", "US"),
    0x1020: ("number_of_remaining_suboperations", "US"),
    0x1021: ("number_of_completed_suboperations", "US"),
    0x1022: ("number_of_failed_suboperations", "US"),
    0x1023: ("number_of_warning_suboperations", "US"),
    0x1030: ("move_originator_ae_title", "AE"),
    0x1031: ("move_originator_message_id", "US"),
}
"""Element number in group 0000 -> (field of :class:`Command`, VR), in ascending order."""

_PADDING: Final = {"UI": b"\0", "AE": b" ", "LO": b" "}


def _invalid(message: str) -> ProtocolError:
    return ProtocolError(message, 6)  # invalid-PDU-parameter value (PS3.8 9.3.8)


_Value = int | str | tuple[int, ...]


def _value(vr: str, raw: bytes | bytearray, number: int) -> _Value:
    """Decode one value; text keeps inner characters as they came, only padding goes."""
    if vr == "US":
        if len(raw) != _US.size:
            raise _invalid(f"(0000,{number:04X}) has {len(raw)} bytes, not 2")
        return int(_US.unpack(raw)[0])
    if vr == "AT":
        if len(raw) % _AT.size:
            raise _invalid(f"(0000,{number:04X}) has {len(raw)} bytes, not a multiple of 4")
        return tuple(group << 16 | element for group, element in _AT.iter_unpack(raw))
    text = raw.decode("latin-1")  # never fails; whatever is not ASCII is refused further on
    text = text.rstrip("\0 ")
    return text if vr == "UI" else text.lstrip(" ")


def decode(data: bytes | bytearray) -> Command:
    """Read a command set; ProtocolError (A-ABORT reason 6) if it is not one."""
    found: dict[str, _Value] = {}
    offset, end = 0, len(data)
    while offset < end:
        if end - offset < _ELEMENT.size:
            raise _invalid("a command set ends within an element's tag")
        group, number, length = _ELEMENT.unpack_from(data, offset)
        offset += _ELEMENT.size
        if group != 0 or length > end - offset:
            raise _invalid(f"({group:04X},{number:04X}) of {length} bytes in a command set")
        if number in _ELEMENTS:
            name, vr = _ELEMENTS[number]
            found[name] = _value(vr, data[offset : offset + length], number)
        offset += length
    if "command_field" not in found:
        raise _invalid("a command set without Command Field (0000,0100)")
    found["has_data_set"] = found.get("has_data_set", NO_DATA_SET) != NO_DATA_SET
    return Command(**found)  # type: ignore[arg-type] # the table keeps names and types together


_values = attrgetter(*(name for name, _ in _ELEMENTS.values()))


@lru_cache(maxsize=32)  # few: a peer's text in them may be long
def encode(command: Command) -> bytes:
    """Write a command set, with its group length. Cached: pending responses repeat."""
    parts = []
    for (number, (_, vr)), value in zip(_ELEMENTS.items(), _values(command), strict=True):
        if number == _COMMAND_DATA_SET_TYPE:
            parts.append(_US_ELEMENT.pack(0, number, 2, 1 if value else NO_DATA_SET))
        elif vr == "US" and value is not None:
            parts.append(_US_ELEMENT.pack(0, number, 2, value))
        elif value is not None:
            raw = _raw(vr, value)
            parts.append(_ELEMENT.pack(0, number, len(raw)) + raw)
    body = b"".join(parts)
    return _ELEMENT.pack(0, _GROUP_LENGTH, _UL.size) + _UL.pack(len(body)) + body


def _raw(vr: str, value: str | tuple[int, ...]) -> bytes:
    if isinstance(value, tuple):
        return b"".join(_AT.pack(tag >> 16, tag & 0xFFFF) for tag in value)
    raw = value.encode("latin-1", "replace")
    return raw + _PADDING[vr] if len(raw) % 2 else raw
