"""A peer must show what it wants within seconds.

Why it matters: a network connection that says nothing, or one byte a minute, costs the caller
nothing and the archive a socket, a thread and a place in the queue. A handful of them is
enough to lock the clinic's modalities out of an archive that waits politely.

What it demands: from the moment TCP is accepted, a complete A-ASSOCIATE-RQ, the TLS handshake
included, within ``seconds``. What is late is closed without a word. It works in plaintext too
and never makes a ceiling more generous than the archive's own.

What it cannot do: tell a slow friend from a hostile stranger, or limit how many connections
wait at the same time (that is ``association_limit``). An established association has the
archive's other deadlines.

How to set it::

    [controls.handshake_deadline]
    seconds = 10
"""

from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.door import Door


class HandshakeDeadline(Control):
    """From accept to a complete A-ASSOCIATE-RQ within seconds."""

    name: ClassVar[str] = "handshake_deadline"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.1.5",)
    stops: ClassVar[tuple[str, ...]] = ("silent_connection",)

    seconds: float = Field(default=10.0, gt=0, le=300)
    """From accept to a complete A-ASSOCIATE-RQ, TLS handshake included."""

    def secure(self, door: Door) -> None:
        """Tighten the deadline; a tighter one that stands already is kept."""
        door.handshake_deadline = min(door.handshake_deadline, self.seconds)
