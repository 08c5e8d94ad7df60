"""Storage Commitment Push Model: a modality asks before it deletes (PS3.4 J).

What is committed was found by the index, read back whole from the log and seen on the disk,
also where the archive's durability is relaxed. The request is answered at once; the report
follows on the same association, or on one that we open to where the device listens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

from pacs_open.archive.archive import Held
from pacs_open.data_sets.commitment import Reference, Wish, read_wish, write_report
from pacs_open.data_sets.elements import MalformedDataSetError
from pacs_open.errors import ArchiveError, PacsError
from pacs_open.refusals import DimseRefused
from pacs_open.services.answer import SUCCESS, Answer
from pacs_open.services.scp import Scp
from pacs_open.transfer_capability import (
    EXPLICIT_LITTLE_ENDIAN,
    IMPLICIT_LITTLE_ENDIAN,
    STORAGE_COMMITMENT,
    UNCOMPRESSED,
)
from pacs_open.values import Destination, Level, Model, Operation, Query
from pacs_open.wire.association import Channel, Message
from pacs_open.wire.command import Command, CommandField

WELL_KNOWN_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
"""PS3.4 J.3.5."""
REQUEST_STORAGE_COMMITMENT: Final = 1
"""Action Type ID (PS3.4 J.3.2.1)."""
ALL_COMMITTED: Final = 1
SOME_FAILED: Final = 2
"""Event Type IDs (PS3.4 J.3.3.1)."""
NO_SUCH_INSTANCE: Final = 0x0112
CLASS_INSTANCE_CONFLICT: Final = 0x0119
PROCESSING_FAILURE: Final = 0x0110
"""Failure Reasons (PS3.3 C.14.1.1)."""
INVALID_ARGUMENT: Final = 0x0115
NO_SUCH_ACTION: Final = 0x0123
RESOURCE_LIMITATION: Final = 0x0213
"""Statuses (PS3.7 10.1.4.1.10)."""
AT_ONCE: Final = 100
"""Instances looked up by one query."""

_message_ids = count(1)


@dataclass(frozen=True)
class Outcome:
    """What we vouch for, and what not, each with its Failure Reason."""

    committed: Sequence[Reference]
    failed: Sequence[tuple[Reference, int]]


def commit(scp: Scp, operation: Operation, message: Message, answer: Answer) -> None:
    """Answer an N-ACTION that requests Storage Commitment; the report comes afterwards.

    Raises:
        DimseRefused: 0112H, 0115H, 0123H or 0213H, or what a control says.
    """
    explicit = operation.transfer_syntax != IMPLICIT_LITTLE_ENDIAN
    data = scp.channel.read_identifier()
    wish = _wish(message.command, data, explicit=explicit)
    scp.controls.narrow(_query(operation, wish.references[:1]))  # a no is to be said now
    destination = scp.destinations.of_reports(operation.request)
    answer.status = SUCCESS
    if destination is None:
        answer.afterwards = partial(_report_here, scp, operation, message, wish)
        return
    destination = scp.controls.dial(destination, operation)
    if not scp.later(partial(_report_elsewhere, scp, operation, wish, destination)):
        why = "too many reports wait to be delivered"
        raise DimseRefused(why, RESOURCE_LIMITATION, "Too many reports wait; ask again")


def _wish(command: Command, data: bytes, *, explicit: bool) -> Wish:
    if command.requested_sop_instance_uid != WELL_KNOWN_INSTANCE:
        raise DimseRefused("not the well-known instance", NO_SUCH_INSTANCE, "No such SOP instance")
    if command.action_type_id != REQUEST_STORAGE_COMMITMENT:
        raise DimseRefused(f"action {command.action_type_id}", NO_SUCH_ACTION, "No such action")
    try:
        return read_wish(data, explicit=explicit)
    except MalformedDataSetError as error:
        tags = () if error.tag is None else (error.tag,)
        raise DimseRefused(str(error), INVALID_ARGUMENT, "Request cannot be read", tags) from error


def judge(scp: Scp, operation: Operation, references: Sequence[Reference]) -> Outcome:
    """Look up what is named, read it back, and tell what we vouch for.

    Raises:
        IndexUnavailableError: nothing can be told now.
    """
    committed: list[Reference] = []
    failed: list[tuple[Reference, int]] = []
    for start in range(0, len(references), AT_ONCE):
        some = references[start : start + AT_ONCE]
        held = _held(scp, operation, some)
        for reference in some:
            reason = _why_not(scp, reference, held.get(reference.sop_instance_uid))
            if reason is None:
                committed.append(reference)
            else:
                failed.append((reference, reason))
    return Outcome(committed, failed)


def _held(scp: Scp, operation: Operation, references: Sequence[Reference]) -> Mapping[str, Held]:
    """What the requestor may know of: a control that narrows queries narrows this, too."""
    found = scp.archive.locate(scp.controls.narrow(_query(operation, references)))
    return {held.sop_instance_uid: held for held in found}


def _query(operation: Operation, references: Sequence[Reference]) -> Query:
    uids = "\\".join(reference.sop_instance_uid for reference in references)
    keys = {"SOPInstanceUID": uids}
    return Query(operation, Model.STUDY_ROOT, Level.IMAGE, keys, relational=True)


def _why_not(scp: Scp, reference: Reference, held: Held | None) -> int | None:
    if held is None:
        return NO_SUCH_INSTANCE
    if held.sop_class_uid != reference.sop_class_uid:
        return CLASS_INSTANCE_CONFLICT
    try:
        scp.archive.assure(held)
    except ArchiveError:
        return PROCESSING_FAILURE
    return None


def _report_here(scp: Scp, operation: Operation, message: Message, wish: Wish) -> None:
    """Report on the association that was asked on; its response is taken when it comes."""
    try:
        outcome = judge(scp, operation, wish.references)
    except (ArchiveError, DimseRefused):
        outcome = _nothing(wish)
    context = message.context
    command, data = _report(scp, wish, outcome, context.transfer_syntax)
    scp.awaited.add(command.message_id or 0)
    scp.channel.send(context.context_id, command, data)


def _nothing(wish: Wish) -> Outcome:
    return Outcome((), [(reference, PROCESSING_FAILURE) for reference in wish.references])


def _report(scp: Scp, wish: Wish, outcome: Outcome, transfer_syntax: str) -> tuple[Command, bytes]:
    command = Command(
        CommandField.N_EVENT_REPORT_RQ,
        affected_sop_class_uid=STORAGE_COMMITMENT,
        affected_sop_instance_uid=WELL_KNOWN_INSTANCE,
        message_id=next(_message_ids) % 0xFFFF + 1,
        event_type_id=SOME_FAILED if outcome.failed else ALL_COMMITTED,
        has_data_set=True,
    )
    data = write_report(
        wish.transaction_uid,
        outcome.committed,
        outcome.failed,
        ae_title=scp.ae_title,
        explicit=transfer_syntax == EXPLICIT_LITTLE_ENDIAN,
    )
    return command, data


def _report_elsewhere(scp: Scp, operation: Operation, wish: Wish, destination: Destination) -> None:
    """Report on an association of our own. Raises PacsError: try again."""
    outcome = judge(scp, operation, wish.references)
    proposals = [(STORAGE_COMMITMENT, UNCOMPRESSED)]
    channel = scp.dial(destination, proposals, {STORAGE_COMMITMENT: (False, True)})
    try:
        _deliver(scp, channel, wish, outcome)
        channel.release()
    except BaseException:
        channel.abort(0, 0)
        raise


def _deliver(scp: Scp, channel: Channel, wish: Wish, outcome: Outcome) -> None:
    context = next(iter(channel.contexts.values()), None)
    if context is None:
        raise PacsError("the device accepts no context for Storage Commitment")
    command, data = _report(scp, wish, outcome, context.transfer_syntax)
    channel.send(context.context_id, command, data)
    status = channel.receive_response(command.message_id or 0).status
    if status != SUCCESS:
        shown = "nothing" if status is None else f"{status:04X}H"
        raise PacsError(f"the device answers the report of Storage Commitment with {shown}")
