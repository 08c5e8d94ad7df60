"""Nobody takes all the seats.

Why it matters: associations cost memory, threads and file descriptors. One broken device in a
retry loop, or one stranger, can open as many as the archive lets it and thereby lock every
modality out. Most archives have one limit for all, which makes that even easier.

What it demands: at most ``in_all`` associations at once, at most ``per_peer`` of one peer (one
certificate where TLS proved one, else one address), and ``reserved`` seats of ``in_all`` for
peers that have proven a certificate. Beyond that: rejected, transient,
local-limit-exceeded (2,3,2). Before there is an association, at most ``knocking`` connections
stand at the door; of these, one address may have ``per_peer``, and ``reserved`` places are
kept for addresses at which a certificate was proven before (of one certificate, the last
eight). Beyond that the connection is dropped. A peer with its own valid certificate is never
held for its address once it has shown it. All workers share the count, and what a dead worker
held is given back.

What it cannot do: tell friend from stranger before TLS has. Where both have the same address
(behind a published container port), a flood of silent connections can fill the door until
``handshake_deadline`` sends them away.

How to set it::

    [controls.association_limit]
    in_all = 100
    per_peer = 20
    reserved = 20
    knocking = 60
"""

from collections.abc import Mapping
from typing import ClassVar, Self

from pydantic import Field, model_validator

from pacs_open.control import Control
from pacs_open.ledger import Book, Ledger
from pacs_open.refusals import ConnectionDropped, local_limit_exceeded
from pacs_open.values import AssociationRequest, Peer
from pacs_secure.seats import Knock, Leave, Limits, Prove, Seats, Sit

BOOK = "association_limit"


class AssociationLimit(Control):
    """A bounded number of associations, per peer and in all."""

    name: ClassVar[str] = "association_limit"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.4",)
    stops: ClassVar[tuple[str, ...]] = ("association_flood",)

    in_all: int = Field(default=100, ge=1)
    """Associations at once."""
    per_peer: int = Field(default=20, ge=1)
    """Associations of one peer at once; also connections of one address at the door."""
    reserved: int = Field(default=20, ge=0)
    """Seats, and places at the door, kept for peers that prove a certificate."""
    knocking: int = Field(default=60, ge=1)
    """Connections at once that have neither a proven certificate nor an association."""

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        """Reserving everything would admit no first connection at all."""
        if self.reserved >= min(self.in_all, self.knocking):
            raise ValueError("reserved must be less than in_all and less than knocking")
        return self

    def books(self) -> Mapping[str, Book]:
        """Seats are counted in one place for all workers."""
        return {BOOK: Seats(Limits(self.in_all, self.per_peer, self.reserved, self.knocking))}

    def connect(self, peer: Peer, ledger: Ledger) -> None:
        """Drop what does not find room at the door."""
        refusal = ledger.ask(BOOK, Knock(peer.serial, peer.address))
        if refusal:
            raise ConnectionDropped(refusal)

    def identify(self, peer: Peer, ledger: Ledger) -> None:
        """Let a proven certificate leave the crowd at the door."""
        if peer.certificate is None:
            return
        refusal = ledger.ask(BOOK, Prove(peer.serial, peer.budget_key))
        if refusal:
            raise ConnectionDropped(refusal)

    def admit(self, request: AssociationRequest, ledger: Ledger) -> None:
        """Reject with (2,3,2) who finds no seat."""
        peer = request.peer
        wish = Sit(peer.serial, peer.budget_key, proven=peer.certificate is not None)
        refusal = ledger.ask(BOOK, wish)
        if refusal:
            raise local_limit_exceeded(refusal)

    def depart(self, peer: Peer, ledger: Ledger) -> None:
        """Give the seat back."""
        ledger.ask(BOOK, Leave(peer.serial))
