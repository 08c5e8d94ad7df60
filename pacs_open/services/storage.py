"""Storage: C-STORE (PS3.4 B.2). The data set streams to the archive; it is never decoded whole."""

from collections.abc import Iterator

from pacs_open.archive.archive import Incoming, Outcome
from pacs_open.data_sets.elements import MalformedDataSetError
from pacs_open.data_sets.wellformed import Walk
from pacs_open.refusals import DimseRefused
from pacs_open.services.answer import CANNOT_UNDERSTAND, SUCCESS, Answer
from pacs_open.services.scp import Controls, Scp
from pacs_open.transfer_capability import IMPLICIT_LITTLE_ENDIAN
from pacs_open.values import Head, Operation
from pacs_open.wire.association import Channel, Message

_REPLACED = {Outcome.STORED: False, Outcome.REPLACED: True, Outcome.REPEATED: None}


def store(scp: Scp, operation: Operation, _message: Message, answer: Answer) -> None:
    """Store one instance: 0000H means durable, complete and found by the next query.

    Raises:
        DimseRefused: A900H or C000H (PS3.4 B.2.3), 0117H, or what a control says.
        ArchiveUnwritableError, IndexUnavailableError: A700H.
    """
    with scp.archive.receive(
        sop_class_uid=operation.sop_class_uid,
        sop_instance_uid=operation.sop_instance_uid or "",
        transfer_syntax=operation.transfer_syntax,
        source_ae_title=operation.request.calling_ae_title,
    ) as incoming:
        head = _take(incoming, scp.channel, scp.controls, operation)
        answer.patient_id = head.get("PatientID")
        answer.study_instance_uid = head.get("StudyInstanceUID")
        outcome = incoming.commit(lambda record: scp.controls.commit(record, operation))
    answer.status = SUCCESS
    answer.replaced = _REPLACED[outcome]


def _take(incoming: Incoming, channel: Channel, controls: Controls, operation: Operation) -> Head:
    """Read the data set to its end, asking the controls on the way."""
    head = None
    size = 0
    for piece in _followed(channel.fragments(), operation.transfer_syntax):
        incoming.write(piece)
        size += len(piece)
        controls.weigh(size, operation)
        if head is None and (head := incoming.head) is not None:
            controls.inspect(head, operation)
    if head is None:
        head = incoming.finish()
        controls.inspect(head, operation)
    return head


def _followed(pieces: Iterator[memoryview], transfer_syntax: str) -> Iterator[memoryview]:
    """The pieces, each after its elements could be followed; the end only if it is one.

    A data set that breaks off is refused although all its bytes were received: what nobody
    can read back must not be acknowledged.
    """
    walk = Walk(explicit=transfer_syntax != IMPLICIT_LITTLE_ENDIAN)
    try:
        for piece in pieces:
            walk.feed(piece)
            yield piece
        walk.close()
    except MalformedDataSetError as error:
        tags = () if error.tag is None else (error.tag,)
        raise DimseRefused(str(error), CANNOT_UNDERSTAND, "Data set is malformed", tags) from error
