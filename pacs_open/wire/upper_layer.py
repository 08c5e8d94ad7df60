"""The DICOM upper layer protocol as a table: PDU types, states, and who may say what when.

No socket is imported here. The states are those of PS3.8 9.2.1 that a blocking acceptor or
requestor can be in; each row of :data:`TRANSITIONS` quotes the action of PS3.8 Table 9-10.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import cached_property
from typing import Final

from pacs_open.errors import ProtocolError

HEADER_LENGTH: Final = 6
"""Bytes of a PDU header: type, reserved, length (PS3.8 9.3.1)."""

LONGEST_DATA: Final = 128 * 1024
"""Bytes of a P-DATA-TF: what we announce (PS3.8 D.1), enforce, and send at most."""
LONGEST_NEGOTIATION: Final = 1024 * 1024
"""Bytes of an A-ASSOCIATE-RQ or -AC."""

_HEADER = struct.Struct(">BxL")


class PduType(IntEnum):
    """The seven PDU types (PS3.8 9.3.1)."""

    ASSOCIATE_RQ = 0x01
    ASSOCIATE_AC = 0x02
    ASSOCIATE_RJ = 0x03
    P_DATA_TF = 0x04
    RELEASE_RQ = 0x05
    RELEASE_RP = 0x06
    ABORT = 0x07


_TYPES: Final = {int(one): one for one in PduType}


class AbortReason(IntEnum):
    """Reasons of a provider's A-ABORT (PS3.8 Table 9-26)."""

    NOT_SPECIFIED = 0
    UNRECOGNIZED_PDU = 1
    UNEXPECTED_PDU = 2
    UNRECOGNIZED_PARAMETER = 4
    UNEXPECTED_PARAMETER = 5
    INVALID_PARAMETER_VALUE = 6


class State(Enum):
    """Where an association stands (PS3.8 9.2.1)."""

    AWAITING_REQUEST = "Sta2"
    AWAITING_ANSWER = "Sta5"
    ESTABLISHED = "Sta6"
    AWAITING_RELEASE = "Sta7"
    COLLISION_REQUESTOR = "Sta11"
    COLLISION_ACCEPTOR = "Sta10"
    AWAITING_CLOSE = "Sta13"


@dataclass(frozen=True)
class Bounds:
    """The longest PDU of each kind that is read, in bytes after the header.

    A length beyond its bound is refused before a byte of it is stored.
    """

    association: int = LONGEST_NEGOTIATION
    data: int = LONGEST_DATA

    @cached_property
    def of(self) -> Mapping[PduType, range]:
        """Lengths that a PDU of each type may have."""
        fixed = range(4, 5)  # PS3.8 9.3.4, 9.3.6, 9.3.7, 9.3.8
        negotiation = range(self.association + 1)
        return dict.fromkeys(PduType, fixed) | {
            PduType.ASSOCIATE_RQ: negotiation,
            PduType.ASSOCIATE_AC: negotiation,
            PduType.P_DATA_TF: range(self.data + 1),
        }


_S, _P = State, PduType

TRANSITIONS: Final[Mapping[tuple[State, PduType], State]] = {
    (_S.AWAITING_REQUEST, _P.ASSOCIATE_RQ): _S.ESTABLISHED,  # AE-6, then AE-7 or AE-8
    (_S.AWAITING_ANSWER, _P.ASSOCIATE_AC): _S.ESTABLISHED,  # AE-3
    (_S.AWAITING_ANSWER, _P.ASSOCIATE_RJ): _S.AWAITING_CLOSE,  # AE-4
    (_S.ESTABLISHED, _P.P_DATA_TF): _S.ESTABLISHED,  # DT-2
    (_S.ESTABLISHED, _P.RELEASE_RQ): _S.AWAITING_CLOSE,  # AR-2, then AR-4
    (_S.AWAITING_RELEASE, _P.P_DATA_TF): _S.AWAITING_RELEASE,  # AR-6
    (_S.AWAITING_RELEASE, _P.RELEASE_RP): _S.AWAITING_CLOSE,  # AR-3
    # AR-8: both sides asked to release at once; who asked for the association answers first.
    (_S.COLLISION_REQUESTOR, _P.RELEASE_RP): _S.AWAITING_CLOSE,  # AR-3
    (_S.COLLISION_ACCEPTOR, _P.RELEASE_RP): _S.AWAITING_CLOSE,  # AR-10, then AR-4
}
"""(state, PDU received) -> next state. A-ABORT ends every state (AA-2, AA-3); whatever is not
listed is answered with an A-ABORT, unexpected-PDU (AA-1, AA-8)."""


def next_state(state: State, pdu_type: PduType) -> State:
    """The state after this PDU; ProtocolError (2 unexpected-PDU) if it may not come now."""
    try:
        return TRANSITIONS[state, pdu_type]
    except KeyError:
        message = f"{pdu_type.name} in state {state.value}"
        raise ProtocolError(message, AbortReason.UNEXPECTED_PDU) from None


def read_header(header: bytes | memoryview, bounds: Bounds) -> tuple[PduType, int]:
    """Type and length of a PDU, checked before anything is read or stored.

    ProtocolError: 1 unrecognized-PDU, or 6 invalid-PDU-parameter-value for a length out of
    bounds (PS3.8 9.3.8).
    """
    number, length = _HEADER.unpack(header)
    pdu_type = _TYPES.get(number)
    if pdu_type is None:
        message = f"PDU type {number:02X}H is unknown"
        raise ProtocolError(message, AbortReason.UNRECOGNIZED_PDU)
    if length not in bounds.of[pdu_type]:
        message = f"{pdu_type.name} of {length} bytes, at most {bounds.of[pdu_type][-1]}"
        raise ProtocolError(message, AbortReason.INVALID_PARAMETER_VALUE)
    return pdu_type, length


RELEASE_RQ: Final = bytes([PduType.RELEASE_RQ, 0, 0, 0, 0, 4, 0, 0, 0, 0])
RELEASE_RP: Final = bytes([PduType.RELEASE_RP, 0, 0, 0, 0, 4, 0, 0, 0, 0])


def abort(source: int, reason: int) -> bytes:
    """An A-ABORT: source 0 service-user, 2 service-provider (PS3.8 9.3.8)."""
    return bytes([PduType.ABORT, 0, 0, 0, 0, 4, 0, 0, source, reason])


def reject(result: int, source: int, reason: int) -> bytes:
    """An A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
    return bytes([PduType.ASSOCIATE_RJ, 0, 0, 0, 0, 4, 0, result, source, reason])
