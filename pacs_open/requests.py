"""DIMSE requests of one association: each becomes an operation, is served, and answered once.

What no archive can do without is checked here, before any control: the SOP class of a request
is the one its presentation context was negotiated for (PS3.7 9.1), and our role on it is SCP.
"""

from collections.abc import Callable
from typing import Final

from pacs_open import transfer_capability
from pacs_open.errors import ProtocolError
from pacs_open.refusals import DimseRefused
from pacs_open.services import Answer, Scp, serve
from pacs_open.values import Dimse, Event, Moment, Operation
from pacs_open.wire.association import Channel, Message
from pacs_open.wire.command import Command, CommandField

Tell = Callable[[Event], None]

_SERVICES: Final = {
    CommandField.C_ECHO_RQ: Dimse.ECHO,
    CommandField.C_STORE_RQ: Dimse.STORE,
    CommandField.C_FIND_RQ: Dimse.FIND,
    CommandField.C_GET_RQ: Dimse.GET,
    CommandField.C_MOVE_RQ: Dimse.MOVE,
    CommandField.N_ACTION_RQ: Dimse.COMMIT,
}

SOP_CLASS_NOT_SUPPORTED: Final = 0x0122
"""PS3.7 C.5.6."""
UNRECOGNIZED_OPERATION: Final = 0x0211
"""PS3.7 C.5.24."""


def serve_all(scp: Scp, tell: Tell) -> None:
    """Serve requests until the peer has asked for release, and it was answered."""
    while (message := scp.channel.receive()) is not None:
        _serve_one(scp, message, tell)


def _serve_one(scp: Scp, message: Message, tell: Tell) -> None:
    command = message.command
    if _answers_report(scp, command):
        scp.channel.drop_data_set()
        return
    if not command.is_request or command.message_id is None:
        what = f"command {command.command_field:04X}H that is no request"
        raise ProtocolError(what, 6)  # invalid-PDU-parameter value
    service = _SERVICES.get(CommandField(command.command_field)) if _known(command) else None
    if service is None:
        scp.channel.drop_data_set()
        scp.channel.send(message.context.context_id, command.response(UNRECOGNIZED_OPERATION))
        tell(_unrecognized(scp.channel, message))
        return
    operation = _operation(scp.channel, message, service)
    try:
        _check(message, service)
    except DimseRefused as refusal:
        answer = _refused(scp, operation, refusal)
    else:
        answer = serve(scp, operation, message)
    scp.channel.send(message.context.context_id, answer.response(command), answer.identifier)
    tell(answer.event(operation))
    if answer.afterwards is not None:
        answer.afterwards()


def _answers_report(scp: Scp, command: Command) -> bool:
    """Whether this is the response to an N-EVENT-REPORT of ours: nothing hangs on it."""
    number = command.message_id_being_responded_to or 0
    if command.command_field != CommandField.N_EVENT_REPORT_RSP or number not in scp.awaited:
        return False
    scp.awaited.discard(number)
    return True


def _known(command: object) -> bool:
    return getattr(command, "command_field", None) in CommandField.__members__.values()


def _unrecognized(channel: Channel, message: Message) -> Event:
    """The event of a request that is no operation of ours."""
    return Event(
        Moment.OPERATION_ANSWERED,
        peer=channel.request.peer,
        request=channel.request,
        status=UNRECOGNIZED_OPERATION,
        refused=True,
        why=f"command {message.command.command_field:04X}H is not offered",
    )


def _operation(channel: Channel, message: Message, service: Dimse) -> Operation:
    command = message.command
    return Operation(
        request=channel.request,
        service=service,
        sop_class_uid=command.sop_class_uid or "",
        message_id=command.message_id or 0,
        transfer_syntax=message.context.transfer_syntax,
        sop_instance_uid=(command.affected_sop_instance_uid or "")
        if service is Dimse.STORE
        else None,
        move_destination=(command.move_destination or "") if service is Dimse.MOVE else None,
    )


def _check(message: Message, service: Dimse) -> None:
    """The request belongs to its presentation context, or 0122H."""
    context, sop_class_uid = message.context, message.command.sop_class_uid
    if sop_class_uid != context.abstract_syntax:
        why = f"SOP class {sop_class_uid!r} on a context for {context.abstract_syntax}"
    elif transfer_capability.service_of(context.abstract_syntax) is not service:
        why = f"{service.message} on a context for {context.abstract_syntax}"
    elif not context.as_scp:
        why = f"we are not SCP on the context for {context.abstract_syntax}"
    else:
        return
    raise DimseRefused(why, SOP_CLASS_NOT_SUPPORTED, "SOP class not supported")


def _refused(scp: Scp, operation: Operation, refusal: DimseRefused) -> Answer:
    """The answer to a request that is refused before any service sees it."""
    scp.channel.drop_data_set()
    answer = Answer(why=refusal.why)
    spoken = scp.controls.voice(refusal, operation.request.peer)
    answer.refuse(spoken if isinstance(spoken, DimseRefused) else refusal)
    return answer
