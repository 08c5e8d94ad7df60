"""A control: the moments at which a safeguard may attach to an archive.

A control is its settings plus its decisions. It takes values and raises refusals; it cannot
reach a socket. Every method below does nothing, which is what an open archive does.
The adapter asks the controls in tuple order and stops at the first refusal; any exception
that is not a refusal is a refusal too, so that a broken control admits nobody.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from pacs_open.refusals import Refusal
from pacs_open.values import (
    AssociationRequest,
    Destination,
    Event,
    Head,
    Identified,
    Operation,
    Peer,
    PresentationContext,
    Query,
    Record,
)

if TYPE_CHECKING:
    from pacs_open.door import Door
    from pacs_open.ledger import Book, Ledger


class Control(BaseModel):
    """A safeguard; the fields of a subclass are its TOML table ``[controls.NAME]``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: ClassVar[str]
    standard: ClassVar[tuple[str, ...]] = ()
    """Clauses it fulfils, for example ``PS3.8 9.3.4``."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Names of controls without which it cannot work."""
    stops: ClassVar[tuple[str, ...]] = ()
    """Ids of the probes it stops alone (with its needs)."""

    def books(self) -> Mapping[str, "Book"]:
        """What it counts or remembers, kept by one process for all workers; asked once at start.

        May raise :class:`~pacs_open.errors.ConfigurationError`.
        """
        return {}

    def facts(self) -> Mapping[str, Any]:
        """What it goes by, for the trail to tell what a reload has changed; nothing secret.

        May raise :class:`~pacs_open.errors.ConfigurationError`.
        """
        return self.model_dump()

    def secure(self, door: "Door") -> None:
        """At start and at each reload: set what the listener enforces (TLS, deadlines, bounds).

        May raise :class:`~pacs_open.errors.ConfigurationError`.
        """

    def connect(self, peer: Peer, ledger: "Ledger") -> None:
        """TCP accepted. No: :class:`~pacs_open.refusals.ConnectionDropped`."""

    def identify(self, peer: Peer, ledger: "Ledger") -> None:
        """TLS done, before any DICOM byte. No: ``ConnectionDropped``."""

    def admit(self, request: AssociationRequest, ledger: "Ledger") -> Sequence[Identified] | None:
        """A-ASSOCIATE-RQ read; the user whom it names, if any. No: ``AssociationRejected``."""

    def choose(self, request: AssociationRequest, context: PresentationContext) -> None:
        """One presentation context is negotiated. No: ``ContextRejected``."""

    def permit(self, operation: Operation) -> None:
        """A DIMSE request. No: ``DimseRefused``."""

    def narrow(self, query: Query) -> Query:
        """The identifier of a C-FIND, C-GET or C-MOVE: a smaller query. No: ``DimseRefused``."""
        return query

    def dial(self, destination: Destination, operation: Operation) -> Destination:
        """Before a C-MOVE sub-association; may bring its TLS. No: ``DimseRefused`` (A801H)."""
        return destination

    def inspect(self, head: Head, operation: Operation) -> None:
        """An instance arrives: its elements up to (0020,000E). No: ``DimseRefused``."""

    def weigh(self, size: int, operation: Operation) -> None:
        """An instance arrives: bytes so far. No: ``DimseRefused``."""

    def commit(self, record: Record, operation: Operation) -> None:
        """Inside the index transaction that would make it visible. No: ``DimseRefused``."""

    def remain(self, request: AssociationRequest) -> None:
        """After a reload, for each open association: may it go on? No: ``ConnectionDropped``."""

    def voice(self, refusal: Refusal, peer: Peer) -> Refusal:
        """A refusal is about to leave; may be answered in other words."""
        return refusal

    def observe(self, event: Event, ledger: "Ledger") -> None:
        """After every answer, failed handshakes included. A failure here ends the association."""

    def depart(self, peer: Peer, ledger: "Ledger") -> None:
        """Always, at the end of a connection for which ``connect`` was asked."""
