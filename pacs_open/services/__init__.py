"""The services of the archive: verification, storage, query, retrieve, commitment (PS3.4).

:func:`serve` performs one request and gives its final answer; the adapter sends it and tells
the controls::

    answer = serve(scp, operation, message)
    channel.send(context_id, answer.response(message.command), answer.identifier)
    stack.observe(answer.event(operation))
    answer.afterwards and answer.afterwards()

Pending responses and sub-operations leave on the way, through the channel.
"""

import logging

from pacs_open.errors import (
    ArchiveUnwritableError,
    ConnectionLostError,
    DeadlineError,
    IndexUnavailableError,
    PeerAbortedError,
    ProtocolError,
    UnobservedError,
)
from pacs_open.refusals import DimseRefused
from pacs_open.services import commitment, query, retrieve, storage, verification
from pacs_open.services.answer import (
    CANNOT_COUNT_MATCHES,
    OUT_OF_RESOURCES,
    PROCESSING_FAILURE,
    Answer,
)
from pacs_open.services.scp import Controls, Scp
from pacs_open.values import Dimse, Operation
from pacs_open.wire.association import Message

__all__ = ["Answer", "Controls", "Scp", "serve"]

_log = logging.getLogger(__name__)

_OVER = (ConnectionLostError, DeadlineError, PeerAbortedError, ProtocolError, UnobservedError)
"""After these no answer can be given."""

_SERVICES = {
    Dimse.ECHO: verification.echo,
    Dimse.STORE: storage.store,
    Dimse.FIND: query.find,
    Dimse.GET: retrieve.get,
    Dimse.MOVE: retrieve.move,
    Dimse.COMMIT: commitment.commit,
}


def serve(scp: Scp, operation: Operation, message: Message) -> Answer:
    """Ask the controls, perform the request, and give the final answer.

    Raises only what the channel raises, and UnobservedError: the association is over, no answer
    can be given.
    """
    answer = Answer()
    try:
        scp.controls.permit(operation)
        _SERVICES[operation.service](scp, operation, message, answer)
    except DimseRefused as refusal:
        answer.why = refusal.why
        answer.refuse(_voiced(scp, refusal, operation))
    except _OVER:
        raise
    except (ArchiveUnwritableError, IndexUnavailableError) as error:
        _log.error("%s cannot be served: %s", operation.service, error)
        retrieves = operation.service in {Dimse.GET, Dimse.MOVE}
        answer.status = CANNOT_COUNT_MATCHES if retrieves else OUT_OF_RESOURCES
        answer.comment = "Out of resources"
        answer.why = str(error)
    except Exception as error:
        # Whatever it was, the peer is owed an answer; the message may hold its data, the type
        # does not.
        _log.error("%s answered 0110H: %s", operation.service, type(error).__name__)
        answer.status, answer.comment = PROCESSING_FAILURE, "Processing failure"
        answer.why = type(error).__name__
    # An answer before the end of the request's data set would confuse most requestors.
    scp.channel.drop_data_set()
    return answer


def _voiced(scp: Scp, refusal: DimseRefused, operation: Operation) -> DimseRefused:
    spoken = scp.controls.voice(refusal, operation.request.peer)
    return spoken if isinstance(spoken, DimseRefused) else refusal
