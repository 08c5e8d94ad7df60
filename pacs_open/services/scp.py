"""What the services of one association work with: the archive, the controls, the channel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pacs_open.destinations import Destinations
from pacs_open.refusals import Refusal
from pacs_open.values import (
    Destination,
    Event,
    Head,
    Operation,
    Peer,
    Query,
    Record,
)
from pacs_open.wire.association import Channel

if TYPE_CHECKING:
    from pacs_open.archive.archive import Archive

Proposals = Sequence[tuple[str, Sequence[str]]]
"""Abstract syntax and transfer syntaxes of each presentation context that we propose."""

Roles = Mapping[str, tuple[bool, bool]]
"""SOP class to the SCU and SCP role that we propose for ourselves (PS3.7 D.3.3.4)."""


class Dial(Protocol):
    """Opens an association of our own; raises a PacsError if there is none to be had."""

    def __call__(
        self, destination: Destination, proposals: Proposals, roles: Roles | None = None
    ) -> Channel:
        """Call somebody, for C-MOVE sub-operations or reports of Storage Commitment."""


Errand = Callable[[], None]
"""Work that no answer waits for; a PacsError says that it is to be tried again."""


class Controls(Protocol):
    """The moments that services ask at; the stack of controls offers them.

    A no is a :class:`~pacs_open.refusals.DimseRefused`; nothing else is raised.
    """

    def permit(self, operation: Operation) -> None:
        """A DIMSE request."""

    def narrow(self, query: Query) -> Query:
        """An identifier."""

    def dial(self, destination: Destination, operation: Operation) -> Destination:
        """Before a C-MOVE sub-association."""

    def inspect(self, head: Head, operation: Operation) -> None:
        """The head of an arriving instance."""

    def weigh(self, size: int, operation: Operation) -> None:
        """Bytes of an arriving instance so far."""

    def commit(self, record: Record, operation: Operation) -> None:
        """Inside the index transaction."""

    def voice(self, refusal: Refusal, peer: Peer) -> Refusal:
        """A refusal is about to leave."""

    def observe(self, event: Event) -> None:
        """After every answer."""


@dataclass(frozen=True)
class Scp:
    """Our side of one association, as its services see it."""

    ae_title: str
    archive: "Archive"
    controls: Controls
    channel: Channel
    destinations: Destinations
    dial: Dial
    later: Callable[[Errand], bool]
    """Takes an errand, or says that there are too many."""
    awaited: set[int] = field(default_factory=set)
    """Message IDs of our reports on this association that were not answered yet."""
