"""Retrieve: C-GET and C-MOVE (PS3.4 C.4.2, C.4.3), down to counts and the final status."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from pacs_open.archive.archive import Held
from pacs_open.data_sets.elements import element
from pacs_open.data_sets.identifiers import read_identifier, retrieve_query
from pacs_open.errors import (
    AssociationRefusedError,
    ConnectionLostError,
    DeadlineError,
    PeerAbortedError,
    ProtocolError,
)
from pacs_open.services.answer import CANCELLED, PENDING, SUCCESS, Answer, Counts
from pacs_open.services.courier import Courier, NotSentError, Originator, proposals
from pacs_open.services.scp import Proposals, Scp
from pacs_open.transfer_capability import IMPLICIT_LITTLE_ENDIAN, QUERY_RETRIEVE
from pacs_open.values import Event, Moment, Operation
from pacs_open.wire.association import Channel, Message

UNABLE_TO_PERFORM = 0xA702
SOME_FAILED = 0xB000
PROGRESS_EVERY = 0.1
"""Seconds between two pending responses at least, of which there need not be any (PS3.4 C.4.2.3.1,
C.4.3.3.1): one for each of a thousand instances a second costs more than somebody sees of it."""

_FAILED_SOP_INSTANCE_UID_LIST = 0x00080058
_NO_STATUS = 0x0110
"""Told to the audit log for a sub-operation that never got an answer: processing failure."""

_BROKEN = (
    AssociationRefusedError,
    ConnectionLostError,
    DeadlineError,
    PeerAbortedError,
    ProtocolError,
)


@dataclass
class _Retrieval:
    """One C-GET or C-MOVE on its way."""

    scp: Scp
    operation: Operation
    message: Message
    answer: Answer
    instances: Iterable[Held]
    counts: Counts
    failed: list[str]
    next_progress: float = 0.0
    """When (monotonic) the next pending response is due; the first is, after the first instance."""

    def send_all(self, courier: Courier, instances: Iterator[Held]) -> None:
        """Perform these sub-operations until all are done or a C-CANCEL comes."""
        pending = self.message.command.response(PENDING)
        goes_along = courier.channel is self.scp.channel  # with the next request
        for held in instances:
            if self.scp.channel.cancelled(self.operation.message_id):
                self.answer.status = CANCELLED
                return
            try:
                outcome = _outcome(courier, held)
            except _BROKEN as error:
                if courier.channel is self.scp.channel:
                    raise
                self.give_up(str(error), chain([held], instances))
                return
            self._note(held, *outcome)  # a failure to observe is no failure of the destination
            if self.counts.remaining and time.monotonic() >= self.next_progress:
                self.next_progress = time.monotonic() + PROGRESS_EVERY
                progress = self.counts.on(pending, with_remaining=True)
                self.scp.channel.send(self.message.context.context_id, progress, hold=goes_along)

    def give_up(self, why: str, instances: Iterable[Held]) -> None:
        """The association for these sub-operations is gone: they have failed."""
        self.answer.why = why
        for held in instances:
            self._note(held, _NO_STATUS, why)

    def conclude(self) -> None:
        """The final status (PS3.4 C.4.2.3.1) and the list of what failed (C.4.2.1.4.2)."""
        counts = self.counts
        if self.answer.status != CANCELLED:
            if counts.remaining:  # their UIDs went with them: counted, but not listed
                self.answer.why = f"{counts.remaining} were replaced before they were sent"
                counts.failed, counts.remaining = counts.failed + counts.remaining, 0
            if not counts.failed and not counts.warning:
                self.answer.status = SUCCESS
            elif counts.completed or counts.warning:
                self.answer.status = SOME_FAILED
            else:
                self.answer.status = UNABLE_TO_PERFORM
                self.answer.comment = "No sub-operation succeeded"
        if self.failed:
            explicit = self.operation.transfer_syntax != IMPLICIT_LITTLE_ENDIAN
            uids = "\\".join(self.failed).encode("latin-1", "replace")
            self.answer.identifier = element(
                _FAILED_SOP_INSTANCE_UID_LIST, "UI", uids, explicit=explicit
            )

    def _note(self, held: Held, status: int, why: str) -> None:
        self.counts.remaining -= 1
        if status == SUCCESS:
            self.counts.completed += 1
        elif _is_warning(status):
            self.counts.warning += 1
        else:
            self.counts.failed += 1
            self.failed.append(held.sop_instance_uid)
        self.scp.controls.observe(self._event(held, status, why))

    def _event(self, held: Held, status: int, why: str) -> Event:
        return Event(
            Moment.SUB_OPERATION_ANSWERED,
            peer=self.operation.request.peer,
            request=self.operation.request,
            operation=self.operation,
            status=status,
            why=why,
            patient_id=held.patient_id,
            study_instance_uid=held.study_instance_uid,
            sop_instance_uid=held.sop_instance_uid,
            destination=self.answer.destination,
        )


def get(scp: Scp, operation: Operation, message: Message, answer: Answer) -> None:
    """Answer a C-GET: sub-operations on the same association, where the requestor is SCP.

    Raises:
        DimseRefused: A900H or C000H for the identifier, or what a control says.
    """
    answer.query = scp.channel.read_identifier()
    retrieval = _locate(scp, operation, message, answer)
    with scp.archive.reading() as reader:
        courier = Courier(reader, scp.channel, priority=message.command.priority or 0)
        retrieval.send_all(courier, iter(retrieval.instances))
    retrieval.conclude()


def move(scp: Scp, operation: Operation, message: Message, answer: Answer) -> None:
    """Answer a C-MOVE: sub-operations on an association of our own to the destination.

    A destination that cannot be reached is A702H with every sub-operation failed; nothing to
    send is 0000H without a call.

    Raises:
        DimseRefused: A801H, A900H or C000H, or what a control says.
    """
    answer.query = scp.channel.read_identifier()
    answer.destination = scp.destinations.find(operation)
    answer.destination = scp.controls.dial(answer.destination, operation)
    retrieval = _locate(scp, operation, message, answer)
    for contexts in proposals(retrieval.instances):
        if answer.status != CANCELLED:
            _send_elsewhere(scp, retrieval, contexts)
    retrieval.conclude()


def _send_elsewhere(scp: Scp, retrieval: _Retrieval, contexts: Proposals) -> None:
    """Send the instances of the SOP classes that one association has contexts for."""
    assert retrieval.answer.destination is not None  # noqa: S101 - set by move()
    classes = {sop_class for sop_class, _ in contexts}
    instances = (held for held in retrieval.instances if held.sop_class_uid in classes)
    try:
        other = scp.dial(retrieval.answer.destination, contexts)
    except _BROKEN as error:
        retrieval.give_up(str(error), instances)
        return
    command = retrieval.message.command
    originator = Originator(
        retrieval.operation.request.calling_ae_title, retrieval.operation.message_id
    )
    try:
        with scp.archive.reading() as reader:
            courier = Courier(reader, other, priority=command.priority or 0, originator=originator)
            retrieval.send_all(courier, instances)
    except BaseException:
        other.abort(0, 0)
        raise
    _release(other)


def _release(channel: Channel) -> None:
    """The sub-operations are answered; whether the farewell works changes nothing for them."""
    try:
        channel.release()
    except _BROKEN:
        channel.abort(0, 0)


def _locate(scp: Scp, operation: Operation, message: Message, answer: Answer) -> _Retrieval:
    explicit = operation.transfer_syntax != IMPLICIT_LITTLE_ENDIAN
    model, _ = QUERY_RETRIEVE[operation.sop_class_uid]
    identifier = read_identifier(answer.query, model, explicit=explicit)
    answer.patient_id = identifier.keys.get("PatientID", "")
    answer.study_instance_uid = identifier.keys.get("StudyInstanceUID", "")
    query = scp.controls.narrow(retrieve_query(identifier, operation, model))
    instances = scp.archive.locate(query)
    answer.matches = len(instances)
    answer.counts = Counts(remaining=len(instances))
    return _Retrieval(scp, operation, message, answer, instances, answer.counts, [])


def _outcome(courier: Courier, held: Held) -> tuple[int, str]:
    try:
        return courier.send(held), ""
    except NotSentError as error:
        return _NO_STATUS, str(error)


def _is_warning(status: int) -> bool:
    """Bxxx, and the general warnings (PS3.7 C.3)."""
    return 0xB000 <= status <= 0xBFFF or status in {0x0001, 0x0107, 0x0116}  # noqa: PLR2004 - Bxxx
