"""One established association: messages in, messages out, on the caller's own thread.

pynetdicom negotiates (see :mod:`pacs_open.wire.negotiation`); from Sta6 on the bytes are ours,
because its receive path is unbounded, copies each byte six times and polls between threads.
Both sides are here: an acceptor's association (:mod:`pacs_open.server` makes it) and, for
C-MOVE sub-operations, a requestor's (:func:`pacs_open.wire.requestor.request` makes it).
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from pacs_open.door import Door
from pacs_open.errors import ConnectionLostError, DeadlineError, PeerAbortedError, ProtocolError
from pacs_open.refusals import DimseRefused
from pacs_open.values import AssociationRequest
from pacs_open.wire import dimse, upper_layer
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.outgoing import Outgoing, Payload
from pacs_open.wire.transport import Transport
from pacs_open.wire.upper_layer import PduType, State


@dataclass(frozen=True, slots=True)
class Context:
    """An accepted presentation context, and which roles *we* have on it (PS3.7 D.3.3.4)."""

    context_id: int
    abstract_syntax: str
    transfer_syntax: str
    as_scp: bool = True
    as_scu: bool = False


@dataclass(frozen=True)
class Agreement:
    """What negotiation came to."""

    contexts: dict[int, Context]
    """By presentation context id."""
    peer_maximum_pdu: int
    """Bytes; 0 is no maximum (PS3.8 D.1.1)."""
    relational: frozenset[str] = frozenset()
    """Query/Retrieve SOP classes with relational queries agreed on (PS3.4 C.5.1.1.1)."""


@dataclass(frozen=True, slots=True)
class Message:
    """A DIMSE message whose command set is here; its data set, if any, is still to be read."""

    context: Context = field(repr=False)
    command: Command


class Channel:
    """An established association. Not for use by two threads at once, but for ``interrupt``.

    Raises, from every method that reads or writes: ConnectionLostError, PeerAbortedError,
    DeadlineError, ProtocolError (the caller aborts with its reason).
    """

    def __init__(
        self,
        transport: Transport,
        decoder: dimse.Decoder,
        request: AssociationRequest,
        agreement: Agreement,
        door: Door,
    ) -> None:
        self.transport = transport
        self.request = request
        self.contexts = agreement.contexts
        self.agreement = agreement
        self.idle_since: float | None = None
        """When waiting for the next request began (monotonic); None while one is at hand."""
        self._door = door
        self._decoder = decoder
        self._decoder.context_ids = agreement.contexts
        self._outgoing = Outgoing(transport, agreement.peer_maximum_pdu)
        self._state = State.ESTABLISHED
        self._in_data_set = False
        self._taken, self._take_until = 0, 0.0
        """Bytes of the data set at hand so far, and when (monotonic) it must be complete."""
        self._waiting: deque[dimse.CommandReceived] = deque()
        self._cancelled: set[int] = set()
        self._release_asked = False
        self._is_cut_off = False
        self._pdu_at_hand: tuple[int, float] | None = None
        """The PDU that has come in part: how many came before it, and since when it is awaited."""

    # -- receiving

    def receive(self) -> Message | None:
        """The next request, or None once the peer asked for release (which is answered here).

        Whatever is left of the last data set is dropped first. Late C-CANCEL are ignored.
        """
        self.flush()
        self._outgoing.rest()
        if not self._waiting:
            self.drop_data_set()
        self._cancelled.clear()
        self.idle_since = time.monotonic()
        try:
            while not self._release_asked:
                received = self._next_command()
                if received and received.command.command_field != CommandField.C_CANCEL_RQ:
                    return Message(self.contexts[received.context_id], received.command)
        finally:
            self.idle_since = None
        self.transport.send([upper_layer.RELEASE_RP])
        return None

    def receive_response(self, message_id: int) -> Command:
        """Wait for the response to a request of ours (C-STORE sub-operations)."""
        self.flush()
        while not self._release_asked:
            received = self._next_command()
            if received is None or self._noted_as_cancel(received.command):
                continue
            command = received.command
            if command.is_request or command.message_id_being_responded_to != message_id:
                message = f"command {command.command_field:04X}H instead of the awaited response"
                raise ProtocolError(message)
            self.drop_data_set()
            return command
        raise ConnectionLostError("the peer asked for release instead of answering")

    def fragments(self) -> Iterator[memoryview]:
        """The data set of the message at hand, as it arrives.

        Each piece is valid until the next is asked for. ``door.maximum_message`` and
        ``door.message_deadline`` bound it all. Leaving early is fine: ``receive`` drops the rest.
        """
        while self._in_data_set:
            if time.monotonic() > self._take_until:
                raise DeadlineError(f"no whole data set within {self._door.message_deadline:g} s")
            event = self._event()
            if isinstance(event, dimse.Pdu):
                self._control(event)
            if not isinstance(event, dimse.Fragment):
                message = "a data set was interrupted"
                raise ProtocolError(message, upper_layer.AbortReason.UNEXPECTED_PDU)
            self._in_data_set = not event.last
            self._taken += len(event.data)
            if self._taken > self._door.maximum_message:
                raise ProtocolError(f"a data set over {self._door.maximum_message} bytes")
            yield event.data

    def read_identifier(self) -> bytes:
        """The whole data set of a C-FIND, C-GET or C-MOVE request.

        Raises:
            DimseRefused: A700H if it is over ``door.maximum_identifier`` bytes.
        """
        held = bytearray()
        for piece in self.fragments():
            if len(held) + len(piece) > self._door.maximum_identifier:
                self.drop_data_set()
                limit = self._door.maximum_identifier
                raise DimseRefused(f"identifier over {limit} bytes", 0xA700, "Identifier too long")
            held += piece
        return bytes(held)

    def drop_data_set(self) -> int:
        """Read and forget what is left of the data set at hand; bytes dropped."""
        return sum(len(piece) for piece in self.fragments())

    def cancelled(self, message_id: int) -> bool:
        """Whether a C-CANCEL-RQ for this message is here; looks without waiting.

        A peer that asks for release in the middle has cancelled, too. What is held stays held.
        """
        while not self._waiting and not self._release_asked and not self._in_data_set:
            event = self._event() if self._is_cut_off else self._decoder.next_event()
            if event is None:
                arrived = self.transport.receive_now()
                if arrived is None:
                    break
                self._fed(arrived)
                continue
            received = self._command_of(event)
            if received is not None and not self._noted_as_cancel(received.command):
                self._waiting.append(received)  # for receive(); nothing more is read till then
        return message_id in self._cancelled or self._release_asked

    # -- sending

    def send(
        self, context_id: int, command: Command, data: Payload | None = None, *, hold: bool = False
    ) -> None:
        """Send a message; ``command.has_data_set`` must tell whether ``data`` is given.

        With ``hold`` a small message may wait to be written together with the next ones, until
        :meth:`flush` or whatever awaits something from the peer.
        """
        self._outgoing.send(context_id, command, data, hold=hold)

    def flush(self) -> None:
        """Write what ``send(hold=True)`` has kept."""
        self._outgoing.flush()

    # -- the end

    def release(self) -> None:
        """Ask for release and wait for the answer; then close (AR-1 to AR-3, AR-8)."""
        self.flush()
        self.transport.send([upper_layer.RELEASE_RQ])
        self._state = State.AWAITING_RELEASE
        deadline = time.monotonic() + self._door.silence
        while self._state is not State.AWAITING_CLOSE:
            if time.monotonic() > deadline:
                raise DeadlineError("the peer talks on and does not answer our request for release")
            self._command_of(self._event())
        self.transport.close()

    def abort(self, source: int, reason: int, *, within: float = 1.0) -> None:
        """Send an A-ABORT and close; never raises.

        Source 0 is the service-user (us, deliberately), 2 the service-provider (the peer broke
        the protocol). ``within``: seconds to wait for the peer to close.
        """
        end(self.transport, upper_layer.abort(source, reason), within)

    def close(self, *, within: float) -> None:
        """After a release by the peer: wait for it to close, ``within`` seconds (Sta13)."""
        self.transport.close_after_last_word(within)

    def cut_off(self) -> None:
        """From another thread: nothing more is read, whatever has arrived already."""
        self._is_cut_off = True

    # -- below messages

    def _next_command(self) -> dimse.CommandReceived | None:
        """The next command set; None if a release was asked for instead."""
        if self._waiting:
            return self._waiting.popleft()
        return self._command_of(self._event())

    def _command_of(self, event: dimse.Event) -> dimse.CommandReceived | None:
        if isinstance(event, dimse.CommandReceived):
            self._in_data_set = event.command.has_data_set
            self._taken = 0
            self._take_until = time.monotonic() + self._door.message_deadline
            return event
        if isinstance(event, dimse.Pdu):
            self._control(event)
        return None

    def _noted_as_cancel(self, command: Command) -> bool:
        if command.command_field != CommandField.C_CANCEL_RQ:
            return False
        if command.message_id_being_responded_to is not None and len(self._cancelled) < 1:
            self._cancelled.add(command.message_id_being_responded_to)
        return True

    def _event(self) -> dimse.Event:
        """The next event, however long it takes within the deadlines."""
        if self._is_cut_off:
            raise ConnectionLostError("cut off")
        while (event := self._decoder.next_event()) is None:
            within = self._door.silence
            if self._decoder.within_pdu:
                within = min(within, self._left_of_pdu())
            self._fed(self.transport.receive(within))
        return event

    def _left_of_pdu(self) -> float:
        """Seconds until the PDU at hand must be complete, in however many events it comes."""
        now, number = time.monotonic(), self._decoder.complete_pdus
        if self._pdu_at_hand is None or self._pdu_at_hand[0] != number:
            self._pdu_at_hand = number, now
        return self._pdu_at_hand[1] + self._door.pdu_deadline - now

    def _fed(self, arrived: memoryview) -> None:
        if not arrived:
            raise ConnectionLostError("the peer closed the network connection")
        self._decoder.feed(arrived)

    def _control(self, pdu: dimse.Pdu) -> None:
        """Act on a PDU that is not P-DATA-TF (PS3.8 Table 9-10)."""
        if pdu.pdu_type is PduType.ABORT:
            raise PeerAbortedError(*pdu.body[2:4])
        if pdu.pdu_type is PduType.RELEASE_RQ and self._state is State.AWAITING_RELEASE:
            self.transport.send([upper_layer.RELEASE_RP])  # AR-8, AR-9: a collision
            self._state = State.COLLISION_REQUESTOR
            return
        self._state = upper_layer.next_state(self._state, pdu.pdu_type)
        self._release_asked = pdu.pdu_type is PduType.RELEASE_RQ


def end(transport: Transport, last_word: bytes, within: float) -> None:
    """Say a last word (A-ABORT, A-ASSOCIATE-RJ) so that it arrives, and close; never raises."""
    try:
        transport.send([last_word])
        transport.close_after_last_word(within)
    except (ConnectionLostError, DeadlineError):
        transport.close()
