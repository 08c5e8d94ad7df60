"""The archive sends images only to devices on its table.

Why it matters: in a C-MOVE the peer names the receiver. An archive that calls whatever it is
told sends patients' images to strangers, and opens connections inside the clinic's network on
a stranger's behalf.

What it demands: the move destination is one of ``titles``, compared exactly, and its address
stands in the archive's own ``[[peers]]`` table. Otherwise the C-MOVE is answered A801H
Refused: Move Destination unknown (PS3.4 C.4.2.1.5) and no connection is opened.

What it cannot do: prove who listens at the address (``tls`` verifies the receiver's
certificate when the archive calls), or say who may move what to whom (``permissions`` gives
the right to move at all).

How to set it (no title: nothing is sent anywhere)::

    [controls.move_destinations]
    titles = ["WORKSTATION"]

    [[peers]]
    ae_title = "WORKSTATION"
    host = "127.0.0.1"
    port = 11114
"""

from typing import ClassVar

from pacs_open.control import Control
from pacs_open.refusals import move_destination_unknown
from pacs_open.values import Destination, Dimse, Operation
from pacs_secure.settings import AETitle


class MoveDestinations(Control):
    """A C-MOVE goes only to devices on the table."""

    name: ClassVar[str] = "move_destinations"
    standard: ClassVar[tuple[str, ...]] = ("PS3.4 C.4.2.1.5",)
    stops: ClassVar[tuple[str, ...]] = ("move_to_stranger", "move_outside_table")

    titles: tuple[AETitle, ...] = ()
    """The AE titles that images may be sent to; their addresses come from ``[[peers]]``."""

    def dial(self, destination: Destination, operation: Operation) -> Destination:
        """Answer A801H for a title that is not on the table, or has no address there.

        A report of Storage Commitment holds no image, and goes to whoever asked for it.
        """
        if operation.service is Dimse.COMMIT:
            return destination
        if destination.ae_title not in self.titles or not destination.known:
            raise move_destination_unknown(f"move destination {destination.ae_title!r}")
        return destination
