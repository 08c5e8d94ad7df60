"""The requestor's side: an association to a C-MOVE destination (PS3.4 C.4.2.2.1).

Connect, TLS handshake and negotiation share one deadline.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pacs_open.door import Door
from pacs_open.errors import (
    AssociationRefusedError,
    ConnectionLostError,
    DeadlineError,
    PeerAbortedError,
    ProtocolError,
)
from pacs_open.values import AssociationRequest, Destination, Peer, PresentationContext
from pacs_open.wire import association, dimse, negotiation, upper_layer
from pacs_open.wire.transport import Transport
from pacs_open.wire.upper_layer import PduType, State

SET_UP_WITHIN: Final = 30.0
"""Seconds from connect to the answer of our A-ASSOCIATE-RQ."""


def request(
    destination: Destination,
    *,
    calling_ae_title: str,
    proposals: Sequence[tuple[str, Sequence[str]]],
    roles: Mapping[str, tuple[bool, bool]] | None = None,
    door: Door | None = None,
    within: float = SET_UP_WITHIN,
) -> association.Channel:
    """Associate with a destination.

    Args:
        destination: whom to call; ``ssl_context`` brings TLS, ``server_name`` is what the
            certificate must carry.
        calling_ae_title: our AE title.
        proposals: abstract syntax and transfer syntaxes of each presentation context, at most
            128; context ids are given in this order (1, 3, 5 ...).
        roles: SOP class -> SCU and SCP role proposed for us (PS3.7 D.3.3.4).
        door: bounds and deadlines of the established association.
        within: seconds until it is established.

    Raises:
        AssociationRefusedError: an A-ASSOCIATE-RJ came back.
        ConnectionLostError, DeadlineError, PeerAbortedError, ProtocolError: it did not work.
    """
    door = door or Door()
    deadline = time.monotonic() + within
    contexts = tuple(
        PresentationContext(2 * index + 1, abstract, tuple(transfer))
        for index, (abstract, transfer) in enumerate(proposals)
    )
    wanted = negotiation.Wanted(calling_ae_title, destination.ae_title, contexts, roles or {})
    pdu = negotiation.propose(wanted, maximum_pdu=door.maximum_pdu)
    transport = Transport(_connect(destination, deadline), write_deadline=door.write_deadline)
    decoder = dimse.Decoder(_bounds(door), door.maximum_command)
    with _closed_on_failure(transport):
        transport.send([pdu])
        agreement = negotiation.conclude(wanted, _answer(transport, decoder, deadline))
    return association.Channel(
        transport, decoder, _as_request(destination, wanted), agreement, door
    )


def _bounds(door: Door) -> upper_layer.Bounds:
    return upper_layer.Bounds(door.maximum_association_pdu, door.maximum_pdu)


def _as_request(destination: Destination, wanted: negotiation.Wanted) -> AssociationRequest:
    peer = Peer(destination.host, destination.port)
    return AssociationRequest(
        peer, wanted.calling_ae_title, wanted.called_ae_title, wanted.contexts
    )


def _connect(destination: Destination, deadline: float) -> socket.socket:
    """A connected socket, with its TLS handshake done where a context was brought."""
    left = max(deadline - time.monotonic(), 0.001)
    try:
        sock = socket.create_connection((destination.host, destination.port), left)
        if destination.ssl_context is None:
            return sock
        name = destination.server_name or destination.host
        try:
            sock.settimeout(max(deadline - time.monotonic(), 0.001))
            return destination.ssl_context.wrap_socket(sock, server_hostname=name)
        except BaseException:
            sock.close()
            raise
    except TimeoutError:
        raise DeadlineError("the destination did not answer in time") from None
    except ssl.SSLError as error:
        message = f"TLS with the destination failed: {error.reason or 'error'}"
        raise ConnectionLostError(message) from error
    except OSError as error:
        message = f"the destination cannot be reached ({error.strerror or type(error).__name__})"
        raise ConnectionLostError(message) from error


def _answer(transport: Transport, decoder: dimse.Decoder, deadline: float) -> bytes:
    """The body of the A-ASSOCIATE-AC; everything else raises."""
    while (event := decoder.next_event()) is None:
        arrived = transport.receive(deadline - time.monotonic())
        if not arrived:
            message = "the destination closed the network connection"
            raise ConnectionLostError(message)
        decoder.feed(arrived)
    if not isinstance(event, dimse.Pdu):
        message = "P-DATA-TF instead of an answer to the A-ASSOCIATE-RQ"
        raise ProtocolError(message, upper_layer.AbortReason.UNEXPECTED_PDU)
    if event.pdu_type is PduType.ABORT:
        raise PeerAbortedError(*(event.body[2:4]))
    upper_layer.next_state(State.AWAITING_ANSWER, event.pdu_type)
    if event.pdu_type is PduType.ASSOCIATE_RJ:
        raise AssociationRefusedError(*(event.body[1:4]))
    return event.body


@contextlib.contextmanager
def _closed_on_failure(transport: Transport) -> Iterator[None]:
    """No socket is left open; a peer that broke the protocol is told so first."""
    try:
        yield
    except ProtocolError as error:
        association.end(transport, upper_layer.abort(2, error.provider_reason), 1.0)
        raise
    except BaseException:
        transport.close()
        raise
