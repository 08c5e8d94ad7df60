"""One network connection from accept to its end, on its own thread.

connect - TLS handshake - identify - A-ASSOCIATE-RQ - admit - choose - requests - depart: each
step asks the controls, each answer becomes an event. Nothing here decides; the stack does.
"""

import contextlib
import logging
import socket
import time
from dataclasses import replace
from typing import Final, Protocol

from pacs_open import logs, requests
from pacs_open.door import Door
from pacs_open.errors import (
    ConnectionLostError,
    DeadlineError,
    PeerAbortedError,
    ProtocolError,
    UnobservedError,
)
from pacs_open.refusals import AssociationRejected, ConnectionDropped, ContextRejected
from pacs_open.services import Scp
from pacs_open.stack import Stack
from pacs_open.values import AssociationRequest, Event, Moment, Peer
from pacs_open.wire import dimse, handshake, negotiation, proposal, upper_layer
from pacs_open.wire.association import Channel
from pacs_open.wire.handshake import HandshakeFailedError
from pacs_open.wire.proposal import Proposal
from pacs_open.wire.proxies import Proxies
from pacs_open.wire.transport import Transport
from pacs_open.wire.upper_layer import PduType, State

_log = logging.getLogger(__name__)

USER: Final = 0
"""A-ABORT by the service-user: deliberate (PS3.8 9.3.8)."""
RELEASED: Final = "released"
"""Why most associations end."""
PROVIDER: Final = 2
"""A-ABORT by the service-provider: the protocol was broken."""


class House(Protocol):
    """What an acceptor needs of the server it belongs to."""

    stack: Stack
    door: Door
    """Another one after each reload."""
    proxies: Proxies
    is_stopping: bool

    def serve(self, channel: Channel, stack: Stack) -> Scp:
        """Our side of an association, for its services."""


class Acceptor:
    """Serves one connection."""

    def __init__(self, house: House, door: Door, sock: socket.socket, peer: Peer) -> None:
        self.peer = peer
        self.channel: Channel | None = None
        self._house = house
        self._stack = house.stack  # to its end, whatever a reload brings: depart follows connect
        self._sent_away = ""
        """Why a reload ended the association, "" if none did."""
        self._door = door
        self._socket = sock
        self._accepted_at = time.monotonic()
        self._left_at: float | None = None
        self._deadline = self._accepted_at + door.handshake_deadline

    def run(self) -> None:
        """Serve the connection to its end; never raises."""
        try:
            self._converse()
        except UnobservedError as error:
            _log.error("%s; the connection ends", error)
            self._abort()
        except (ConnectionLostError, DeadlineError) as error:
            _log.info("connection %d: %s", self.peer.serial, error)
        except Exception as error:
            # A bug of ours ends one connection, not the server. The message may hold a peer's
            # data; the type does not.
            _log.error("connection %d: fault of ours: %s", self.peer.serial, type(error).__name__)
            self._abort()
        finally:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._stack.depart(self.peer)

    @property
    def idle_since(self) -> float | None:
        """Since when (monotonic) nothing but a word from the peer is awaited; None: at work."""
        if self._left_at is not None or self.channel is None:
            return self._left_at or self._accepted_at
        return self.channel.idle_since

    def interrupt(self) -> None:
        """From another thread: whatever waits to read stops waiting."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RD)

    def reconsider(self) -> None:
        """After a reload, from another thread: an association that may not go on is cut off."""
        if self.channel is None:
            return  # it is asked once there is an association
        try:
            self._house.stack.remain(self.channel.request)
        except ConnectionDropped as refusal:
            self._sent_away = refusal.why
            self.channel.cut_off()
            self.interrupt()

    # -- before the association

    def _converse(self) -> None:
        try:
            if not self._is_introduced():
                return
            self._stack.connect(self.peer)
            self._handshake()
            self._stack.identify(self.peer)
        except ConnectionDropped as refusal:
            spoken = self._stack.voice(refusal, self.peer)
            self._socket.close()
            why = spoken.why or refusal.why
            self._tell(Event(Moment.CONNECTION_DROPPED, refused=True, why=why))
            return
        except HandshakeFailedError as error:
            # OpenSSL's alert is on its way: closing with bytes unread could destroy it.
            event = Event(Moment.HANDSHAKE_FAILED, refused=True, why=str(error))
            self._leave(Transport(self._socket, write_deadline=1.0), event, linger=error.has_alert)
            return
        transport = Transport(self._socket, write_deadline=self._door.write_deadline)
        bounds = upper_layer.Bounds(self._door.maximum_association_pdu, self._door.maximum_pdu)
        decoder = dimse.Decoder(bounds, self._door.maximum_command)
        proposed = self._proposal(transport, decoder)
        if proposed is not None and (channel := self._negotiate(transport, decoder, proposed)):
            self.channel = channel
            self._associate(channel)

    def _is_introduced(self) -> bool:
        """Learn from a balancer who the peer is; False if it asks for nothing but a connection."""
        try:
            origin = self._house.proxies.origin(self._socket, (self.peer.address, self.peer.port))
        except (ProtocolError, DeadlineError, ConnectionLostError) as error:
            raise ConnectionDropped(str(error)) from error
        if origin is not None:
            self.peer = replace(self.peer, address=origin[0], port=origin[1])
        return origin is not None

    def _handshake(self) -> None:
        """Wrap the socket where the door has TLS; the peer then has its certificate."""
        if self._door.ssl_context is not None:
            self._socket = handshake.wrap(self._socket, self._door.ssl_context)
            self.peer = handshake.perform(self._socket, self.peer, self._deadline)

    def _proposal(self, transport: Transport, decoder: dimse.Decoder) -> Proposal | None:
        """Read the A-ASSOCIATE-RQ; None if the connection is over."""
        last_word, refused = b"", True
        try:
            body = self._request_body(transport, decoder)
            return proposal.read(body, self.peer)
        except AssociationRejected as refusal:
            self._reject(transport, refusal, None)
            return None
        except DeadlineError:
            why = f"no A-ASSOCIATE-RQ within {self._door.handshake_deadline:g} s"  # AA-2
        except (ConnectionLostError, PeerAbortedError) as error:
            why, refused = str(error), False
        except ProtocolError as error:
            why, last_word = str(error), upper_layer.abort(USER, 0)  # AA-1
        event = Event(Moment.CONNECTION_DROPPED, refused=refused, why=why)
        self._leave(transport, event, last_word)
        return None

    def _request_body(self, transport: Transport, decoder: dimse.Decoder) -> bytes:
        while (event := decoder.next_event()) is None:
            arrived = transport.receive(self._deadline - time.monotonic())
            if not arrived:
                message = "the peer closed before its A-ASSOCIATE-RQ was complete"
                raise ConnectionLostError(message)
            decoder.feed(arrived)
        if not isinstance(event, dimse.Pdu):
            message = "P-DATA-TF before an association"
            raise ProtocolError(message, upper_layer.AbortReason.UNEXPECTED_PDU)
        if event.pdu_type is PduType.ABORT:
            raise PeerAbortedError(*event.body[2:4])
        upper_layer.next_state(State.AWAITING_REQUEST, event.pdu_type)
        return event.body

    def _negotiate(
        self, transport: Transport, decoder: dimse.Decoder, proposed: Proposal
    ) -> Channel | None:
        """Ask the controls, answer A-ASSOCIATE-AC or -RJ; None if rejected."""
        request = proposed.request
        try:
            users = self._stack.admit(request)
        except AssociationRejected as refusal:
            self._reject(transport, refusal, request)
            return None
        request = replace(request, user=", ".join(one.user for one in users))
        pdu, agreement = negotiation.accept(
            proposed,
            self._refused(request),
            maximum_pdu=self._door.maximum_pdu,
            responses=[one.response for one in users if one.response is not None],
        )
        transport.send([pdu])
        channel = Channel(transport, decoder, request, agreement, self._door)
        self.channel = channel
        self._tell(Event(Moment.ASSOCIATION_ACCEPTED, request=request))
        return channel

    def _refused(self, request: AssociationRequest) -> dict[int, int]:
        """Context ids that a control rejects, with the result to answer."""
        refused = {}
        for context in request.contexts:
            try:
                self._stack.choose(request, context)
            except ContextRejected as refusal:
                spoken = self._stack.voice(refusal, self.peer)
                refused[context.context_id] = getattr(spoken, "result", refusal.result)
        return refused

    def _reject(
        self,
        transport: Transport,
        refusal: AssociationRejected,
        request: AssociationRequest | None,
    ) -> None:
        spoken = self._stack.voice(refusal, self.peer)
        code = refusal if not isinstance(spoken, AssociationRejected) else spoken
        rejection = (code.result, code.source, code.reason)
        event = Event(
            Moment.ASSOCIATION_REJECTED,
            request=request,
            rejection=rejection,
            refused=True,
            why=refusal.why,
        )
        self._leave(transport, event, upper_layer.reject(*rejection))

    # -- the association

    def _associate(self, channel: Channel) -> None:
        """Serve requests until the association ends, however it does."""
        last_word, refused = b"", True
        try:
            if self._house.door is not self._door:  # a reload has come since it was let in
                self.reconsider()
            requests.serve_all(self._house.serve(channel, self._stack), self._record)
            why, refused = RELEASED, False
        except ProtocolError as error:
            why, last_word = str(error), upper_layer.abort(PROVIDER, error.provider_reason)  # AA-8
        except DeadlineError as error:
            why, last_word = str(error), upper_layer.abort(USER, 0)
        except UnobservedError:
            raise
        except PeerAbortedError as error:
            why, refused = str(error), False
        except ConnectionLostError as error:
            why, refused = str(error), False
            if self._sent_away:
                why, refused, last_word = self._sent_away, True, upper_layer.abort(USER, 0)
            elif self._house.is_stopping:  # it is us who leave: the connection is still there
                why, last_word = "this archive stops", upper_layer.abort(USER, 0)
        event = Event(Moment.ASSOCIATION_ENDED, request=channel.request, refused=refused, why=why)
        self._leave(channel.transport, event, last_word, linger=why == RELEASED)

    def _abort(self) -> None:
        """An A-ABORT by us, where there is an association to abort."""
        if self.channel is not None:
            self.channel.abort(USER, 0)

    def _leave(
        self, transport: Transport, event: Event, last_word: bytes = b"", *, linger: bool = False
    ) -> None:
        """Say the last word, tell of it, and close, once the peer has had time to read it."""
        with contextlib.suppress(ConnectionLostError, DeadlineError):
            if last_word:
                transport.send([last_word])
        try:
            self._tell(event)
        finally:
            self._left_at = time.monotonic()
            if last_word or linger:
                transport.close_after_last_word(self._door.artim)
            else:
                transport.close()

    def _tell(self, event: Event) -> None:
        self._record(replace(event, peer=self.peer))

    def _record(self, event: Event) -> None:
        """Log an event and let the controls observe it. Raises UnobservedError."""
        logs.log_event(event)
        self._stack.observe(event)
