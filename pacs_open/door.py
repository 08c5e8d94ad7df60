"""What the listener enforces at the door: generous ceilings, which controls may tighten."""

import ssl
from dataclasses import dataclass, field

from pacs_open.wire.command import LONGEST_COMMAND
from pacs_open.wire.upper_layer import LONGEST_DATA, LONGEST_NEGOTIATION

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass
class Door:
    """Deadlines in seconds and bounds in bytes of every network connection of a listener.

    The defaults are the ceilings of the open archive (built in: no archive can honestly do
    without bounds). A control's ``secure`` moment sets tighter ones; the TLS context is asked
    for at each handshake, so that a reload reaches new connections only.
    """

    ssl_context: ssl.SSLContext | None = field(default=None, repr=False)
    """None: plaintext."""
    handshake_deadline: float = 300.0
    """Seconds from accept to a complete A-ASSOCIATE-RQ, TLS handshake included."""
    silence: float = 300.0
    """Seconds an established association may stay without a byte."""
    pdu_deadline: float = 300.0
    """Seconds from the first byte of a PDU to its last."""
    message_deadline: float = 3600.0
    """Seconds from the start of a data set to its last fragment."""
    write_deadline: float = 300.0
    """Seconds a peer may refuse to read what we send."""
    artim: float = 10.0
    """Seconds to wait for the peer to close after an A-ASSOCIATE-RJ, A-RELEASE-RP or A-ABORT
    (PS3.8 9.1.5)."""
    maximum_message: int = 4 * GIB
    """Bytes of the data set of one DIMSE message."""
    maximum_identifier: int = 1 * MIB
    """Bytes of a C-FIND, C-GET or C-MOVE identifier."""
    maximum_command: int = LONGEST_COMMAND
    """Bytes of a command set."""
    maximum_pdu: int = LONGEST_DATA
    """Maximum length of a P-DATA-TF PDU that we announce (PS3.8 D.1) and enforce."""
    maximum_association_pdu: int = LONGEST_NEGOTIATION
    """Bytes of an A-ASSOCIATE-RQ."""
