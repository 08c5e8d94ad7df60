"""Sending stored instances: the C-STORE sub-operations of C-GET and C-MOVE (PS3.4 C.4.2, C.4.3).

Bytes leave as they lie in the archive wherever the accepted context has the stored transfer
syntax; else implicit and explicit little endian are re-encoded; nothing is ever decompressed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pacs_open.archive.archive import Held, Reader, Stored
from pacs_open.data_sets.elements import MalformedDataSetError
from pacs_open.data_sets.reencode import reencode
from pacs_open.errors import ArchiveError, ConnectionLostError, PacsError
from pacs_open.services.scp import Proposals
from pacs_open.transfer_capability import EXPLICIT_LITTLE_ENDIAN, UNCOMPRESSED
from pacs_open.wire.association import Channel
from pacs_open.wire.command import Command, CommandField
from pacs_open.wire.outgoing import FileRange, Payload
from pacs_open.wire.proposal import MOST_CONTEXTS

_HIGHEST_MESSAGE_ID = 0xFFFF
MOST_REENCODED = 512 * 1024 * 1024
"""Bytes of a data set that is re-encoded, which happens in memory; a longer one is not sent."""


class NotSentError(PacsError):
    """One instance could not be sent; the association goes on."""


@dataclass(frozen=True)
class Originator:
    """Whose C-MOVE it is: the requestor, not we (PS3.7 9.1.1.1.6, 9.1.1.1.7)."""

    ae_title: str
    message_id: int


def proposals(instances: Iterable[Held]) -> list[Proposals]:
    """What to propose to a C-MOVE destination, association by association.

    Each SOP class is proposed with each stored transfer syntax, alone, so that bytes can leave
    as they are; a destination that takes only the other uncompressed syntax finds it in a
    context of its own. SOP classes for which one association has no room go to further ones.
    """
    stored: dict[str, dict[str, None]] = {}
    for held in instances:
        stored.setdefault(held.sop_class_uid, {})[held.transfer_syntax] = None
    associations: list[Proposals] = []
    batch: dict[str, dict[str, None]] = {}
    for sop_class, syntaxes in stored.items():
        if batch and len(_contexts({**batch, sop_class: syntaxes})) > MOST_CONTEXTS:
            associations.append(_contexts(batch))
            batch = {}
        batch[sop_class] = syntaxes
    return [*associations, _contexts(batch)] if batch else associations


def _contexts(stored: Mapping[str, Iterable[str]]) -> Proposals:
    """One association's; ``stored``: SOP class to its transfer syntaxes."""
    exact = [(sop_class, (syntax,)) for sop_class, found in stored.items() for syntax in found]
    classes = [uid for uid, found in stored.items() if not set(UNCOMPRESSED).isdisjoint(found)]
    return [*exact, *((sop_class, UNCOMPRESSED) for sop_class in classes)]


class Courier:
    """Sends instances over one association, one at a time."""

    def __init__(
        self,
        reader: Reader,
        channel: Channel,
        *,
        priority: int = 0,
        originator: Originator | None = None,
    ) -> None:
        self._reader = reader
        self.channel = channel
        self._priority = priority
        self._originator = originator
        self._message_id = 0
        self._contexts = {
            (context.abstract_syntax, context.transfer_syntax): context.context_id
            for context in reversed(tuple(channel.contexts.values()))
            if context.as_scu
        }

    def send(self, held: Held) -> int:
        """Send one instance; the status of the C-STORE response.

        Raises:
            NotSentError: no accepted context fits, or the archive cannot read it.
            ConnectionLostError, DeadlineError, PeerAbortedError, ProtocolError: the
                association is over.
        """
        syntax = self._syntax_for(held)
        self._message_id = self._message_id % _HIGHEST_MESSAGE_ID + 1
        try:
            payload = _payload(self._reader.open(held), held.transfer_syntax, syntax)
            self._transmit(self._contexts[held.sop_class_uid, syntax], held, payload)
        except ArchiveError as error:
            raise NotSentError(str(error)) from error
        status = self.channel.receive_response(self._message_id).status
        if status is None:
            raise NotSentError("a C-STORE response without a status")
        return status

    def _transmit(self, context_id: int, held: Held, payload: Payload) -> None:
        try:
            self.channel.send(context_id, self._request(held), payload)
        except (ArchiveError, OSError, ValueError) as error:
            # Half of a data set is out: nothing can follow it.
            raise ConnectionLostError("a stored data set could not be read to its end") from error

    def _syntax_for(self, held: Held) -> str:
        """The stored transfer syntax if it was accepted, else the other uncompressed one."""
        others = UNCOMPRESSED if held.transfer_syntax in UNCOMPRESSED else ()
        syntax: str
        for syntax in (held.transfer_syntax, *others):
            if (held.sop_class_uid, syntax) in self._contexts:
                return syntax
        raise NotSentError("no accepted presentation context for the stored transfer syntax")

    def _request(self, held: Held) -> Command:
        originator = self._originator
        return Command(
            CommandField.C_STORE_RQ,
            affected_sop_class_uid=held.sop_class_uid,
            affected_sop_instance_uid=held.sop_instance_uid,
            message_id=self._message_id,
            priority=self._priority,
            move_originator_ae_title=originator.ae_title if originator else None,
            move_originator_message_id=originator.message_id if originator else None,
            has_data_set=True,
        )


def _payload(stored: Stored, syntax: str, wanted: str) -> Payload:
    if wanted != syntax:
        if stored.length > MOST_REENCODED:
            raise NotSentError("the data set is too long to be re-encoded")
        try:
            return reencode(stored.read(), explicit=wanted == EXPLICIT_LITTLE_ENDIAN)
        except MalformedDataSetError as error:
            raise NotSentError(str(error)) from error
    if stored.plain:
        return FileRange(stored.descriptor, stored.offset, stored.length)
    return stored.chunks()
