"""How a DIMSE request was answered: what goes to the peer, and what goes to the audit log."""

from collections.abc import Callable
from dataclasses import dataclass

from pacs_open.refusals import DimseRefused
from pacs_open.values import Destination, Event, Moment, Operation
from pacs_open.wire.command import Command

SUCCESS = 0x0000
PENDING = 0xFF00
CANCELLED = 0xFE00
OUT_OF_RESOURCES = 0xA700
CANNOT_COUNT_MATCHES = 0xA701
"""Of a retrieval whose instances cannot be found out (PS3.4 Table C.4-2)."""
CANNOT_UNDERSTAND = 0xC000
PROCESSING_FAILURE = 0x0110
"""PS3.7 Annex C; the status of a fault of ours."""

_MOST = 0xFFFF
"""Numbers of sub-operations are of VR US; more than that cannot be told."""


@dataclass
class Counts:
    """Sub-operations of a C-GET or C-MOVE (PS3.4 C.4.2.1.6 to C.4.2.1.9)."""

    remaining: int = 0
    completed: int = 0
    failed: int = 0
    warning: int = 0

    def on(self, response: Command, *, with_remaining: bool) -> Command:
        """A response that tells the counts; the final one tells no remaining ones."""
        return response._replace(
            number_of_remaining_suboperations=min(self.remaining, _MOST)
            if with_remaining
            else None,
            number_of_completed_suboperations=min(self.completed, _MOST),
            number_of_failed_suboperations=min(self.failed, _MOST),
            number_of_warning_suboperations=min(self.warning, _MOST),
        )


@dataclass
class Answer:
    """The final response to one request; filled while the service works."""

    status: int = 0x0000
    comment: str = ""
    """Error Comment (0000,0902); ours alone, never a value from the peer."""
    offending: tuple[int, ...] = ()
    """Offending Element (0000,0901), as tags."""
    identifier: bytes | None = None
    """Data set of the final response: the Failed SOP Instance UID List of a retrieval."""
    counts: Counts | None = None
    why: str = ""
    """For our log alone."""
    refused: bool = False
    patient_id: str = ""
    study_instance_uid: str = ""
    query: bytes = b""
    destination: Destination | None = None
    matches: int | None = None
    replaced: bool | None = None
    afterwards: Callable[[], None] | None = None
    """What is to be done once the peer has this answer."""

    def refuse(self, refusal: DimseRefused) -> None:
        """Become this refusal's answer."""
        self.status, self.comment = refusal.status, refusal.comment
        self.offending, self.refused = refusal.offending, True

    def response(self, request: Command) -> Command:
        """The final response, whose data set is :attr:`identifier`."""
        command = request.response(
            self.status,
            comment=self.comment,
            offending=self.offending,
            has_data_set=self.identifier is not None,
        )
        if self.counts is None:
            return command
        return self.counts.on(command, with_remaining=self.status == CANCELLED)

    def event(self, operation: Operation) -> Event:
        """What the controls are told."""
        return Event(
            Moment.OPERATION_ANSWERED,
            peer=operation.request.peer,
            request=operation.request,
            operation=operation,
            status=self.status,
            refused=self.refused,
            why=self.why,
            patient_id=self.patient_id,
            study_instance_uid=self.study_instance_uid,
            sop_instance_uid=operation.sop_instance_uid or "",
            query=self.query,
            destination=self.destination,
            matches=self.matches,
            replaced=self.replaced,
        )
