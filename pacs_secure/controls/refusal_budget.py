"""Guessing costs time.

Why it matters: AE titles are short, and lists of the usual ones go round. An archive that
answers each wrong title at once lets a scanner try thousands in a minute, and nobody is the
wiser.

What it demands: after ``refusals`` rejections within ``within`` seconds a peer has to wait
``wait`` seconds: rejected, transient, local-limit-exceeded (2,3,2), right title or wrong. One
peer is one certificate where TLS proved one, else one address; so a device with its own
certificate never waits for what others do at its address. Names under which this very peer was
served before are no guess and go on at once. All workers share the count.

What it cannot do: stop a guesser who has many addresses and no need of a certificate, or one
who is patient. Behind a published container port all peers without a certificate have one
address, and wait together.

How to set it::

    [controls.refusal_budget]
    refusals = 10
    within = 60
    wait = 60
"""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.ledger import Book, Ledger
from pacs_open.refusals import local_limit_exceeded
from pacs_open.values import AssociationRequest, Event, Moment
from pacs_secure.guesses import Budget, Guesses, May, Names, Refused, Served

BOOK = "refusal_budget"
FOR_GOOD = 1
"""Result of an A-ASSOCIATE-RJ: rejected-permanent. What is transient is no guess."""


class RefusalBudget(Control):
    """Whoever is refused often has to wait."""

    name: ClassVar[str] = "refusal_budget"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.4",)
    needs: ClassVar[tuple[str, ...]] = ("called_ae", "calling_ae")
    stops: ClassVar[tuple[str, ...]] = ("guess_ae_titles_fast",)

    refusals: int = Field(default=10, ge=1)
    """Rejections that are free."""
    within: float = Field(default=60.0, gt=0)
    """Seconds in which they are counted."""
    wait: float = Field(default=60.0, gt=0)
    """Seconds to wait once they are used up."""

    def books(self) -> Mapping[str, Book]:
        """Refusals are counted in one place for all workers."""
        return {BOOK: Guesses(Budget(self.refusals, self.within, self.wait))}

    def admit(self, request: AssociationRequest, ledger: Ledger) -> None:
        """Reject with (2,3,2) who has to wait, before any title is looked at."""
        refusal = ledger.ask(BOOK, May(request.peer.budget_key, _names(request)))
        if refusal:
            raise local_limit_exceeded(refusal)

    def observe(self, event: Event, ledger: Ledger) -> None:
        """Count rejections, and remember under which names a peer was served."""
        if event.request is None or event.peer is None:
            return
        key = event.peer.budget_key
        if event.moment is Moment.ASSOCIATION_ACCEPTED:
            ledger.ask(BOOK, Served(key, _names(event.request)))
        elif event.rejection is not None and event.rejection[0] == FOR_GOOD:
            ledger.ask(BOOK, Refused(key))


def _names(request: AssociationRequest) -> Names:
    return request.calling_ae_title, request.called_ae_title
