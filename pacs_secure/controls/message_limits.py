"""A message has an end, and comes at a pace.

Why it matters: the upper layer lets a peer announce four gigabytes, send a data set that never
ends, stop in the middle of a PDU or say nothing for hours on an association that stands. Each
of these holds a thread, a descriptor and a piece of the disk; with a few of them the archive is
full or deaf.

What it demands of an association:

* a data set of at most ``largest`` bytes: a C-STORE beyond it is answered A700H Refused: Out of
  resources; at twice that the association is aborted, since whoever goes on does not listen;
* an identifier of at most ``identifier`` bytes: else A700H;
* not more than ``silence`` seconds without a byte;
* each PDU whole within ``pdu`` seconds, each data set within ``message`` seconds;
* a peer that reads what it asked for: not more than ``write`` seconds for one piece.

What is late is aborted (A-ABORT). None of it makes a ceiling more generous than the archive's
own.

What it cannot do: know how large a genuine study is. ``largest`` must fit the largest instance
of the clinic (tomosynthesis and long cine loops have gigabytes), ``silence`` the slowest device
that keeps its association between two images.

How to set it::

    [controls.message_limits]
    largest = 2147483648
    identifier = 65536
    silence = 60
    pdu = 30
    message = 900
    write = 60
"""

from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.door import GIB, Door
from pacs_open.refusals import DimseRefused
from pacs_open.values import Operation

OUT_OF_RESOURCES = 0xA700


class MessageLimits(Control):
    """Bounds for the size and the pace of messages."""

    name: ClassVar[str] = "message_limits"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.8", "PS3.4 B.2.3")
    stops: ClassVar[tuple[str, ...]] = (
        "oversized_message",
        "silent_association",
        "partial_pdu",
    )

    largest: int = Field(default=2 * GIB, ge=1)
    """Bytes of the data set of one C-STORE."""
    identifier: int = Field(default=64 * 1024, ge=1)
    """Bytes of a C-FIND, C-GET or C-MOVE identifier."""
    silence: float = Field(default=60.0, gt=0)
    """Seconds without a byte from the peer."""
    pdu: float = Field(default=30.0, gt=0)
    """Seconds from the first byte of a PDU to its last."""
    message: float = Field(default=900.0, gt=0)
    """Seconds from the first byte of a data set to its last."""
    write: float = Field(default=60.0, gt=0)
    """Seconds a peer may refuse to read."""

    def secure(self, door: Door) -> None:
        """Tighten what the listener enforces; a tighter bound that stands already is kept."""
        door.maximum_message = min(door.maximum_message, 2 * self.largest)
        door.maximum_identifier = min(door.maximum_identifier, self.identifier)
        door.silence = min(door.silence, self.silence)
        door.pdu_deadline = min(door.pdu_deadline, self.pdu)
        door.message_deadline = min(door.message_deadline, self.message)
        door.write_deadline = min(door.write_deadline, self.write)

    def weigh(self, size: int, operation: Operation) -> None:
        """Answer A700H to an instance that is too large."""
        if size > self.largest:
            raise DimseRefused(
                f"a data set over {self.largest} bytes",
                OUT_OF_RESOURCES,
                f"Data set over {self.largest} bytes",
            )
