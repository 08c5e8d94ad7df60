"""The controls of an archive, asked in order; the rule that doubt is a no lives here.

First refusal wins. Any other exception is a refusal in the words of its moment, so that a
broken control admits nobody. ``pacs_open`` itself has no controls and no ``if secure``.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from pacs_open.control import Control
from pacs_open.door import Door
from pacs_open.errors import UnobservedError
from pacs_open.ledger import Ledger
from pacs_open.refusals import (
    AssociationRejected,
    ConnectionDropped,
    ContextRejected,
    DimseRefused,
    Refusal,
)
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

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_LAST_RESORT: Final[dict[type[Refusal], Callable[[str], Refusal]]] = {
    ConnectionDropped: ConnectionDropped,
    AssociationRejected: lambda why: AssociationRejected(why, 1, 1, 1),  # no-reason-given
    ContextRejected: ContextRejected,  # user-rejection
    DimseRefused: lambda why: DimseRefused(why, 0x0110, "Processing failure"),
}
"""What a fault inside a control says to the peer, by the kind of refusal its moment has."""


class Stack:
    """Controls in the order asked, with the ledger they count in.

    Only controls that have something to say at a moment are asked at it.
    """

    def __init__(self, controls: Sequence[Control], ledger: Ledger) -> None:
        self._controls = tuple(controls)
        self._ledger = ledger
        self._asked: dict[str, tuple[Control, ...]] = {}

    def _at(self, moment: str) -> tuple[Control, ...]:
        """The controls that attach to this moment (by method name)."""
        if moment not in self._asked:
            plain = getattr(Control, moment)
            self._asked[moment] = tuple(
                control
                for control in self._controls
                if getattr(type(control), moment, None) is not plain
            )
        return self._asked[moment]

    def _ask(self, kind: type[Refusal], moment: str, *arguments: Any) -> None:
        """Ask each control; only a refusal of this kind leaves here."""
        for control in self._at(moment):
            _fenced(kind, control, moment, *arguments)

    def secure(self) -> Door:
        """A door as tight as the controls want it.

        Raises:
            ConfigurationError: a control's settings cannot be obeyed.
        """
        door = Door()
        for control in self._at("secure"):
            control.secure(door)
        return door

    def connect(self, peer: Peer) -> None:
        """TCP accepted. Raises ConnectionDropped."""
        self._ask(ConnectionDropped, "connect", peer, self._ledger)

    def identify(self, peer: Peer) -> None:
        """TLS done. Raises ConnectionDropped."""
        self._ask(ConnectionDropped, "identify", peer, self._ledger)

    def admit(self, request: AssociationRequest) -> list[Identified]:
        """A-ASSOCIATE-RQ read; the users whom controls identified. Raises AssociationRejected."""
        found: list[Identified] = []
        for control in self._at("admit"):
            found += _fenced(AssociationRejected, control, "admit", request, self._ledger) or ()
        return found

    def choose(self, request: AssociationRequest, context: PresentationContext) -> None:
        """A presentation context is negotiated. Raises ContextRejected."""
        self._ask(ContextRejected, "choose", request, context)

    def permit(self, operation: Operation) -> None:
        """A DIMSE request. Raises DimseRefused."""
        self._ask(DimseRefused, "permit", operation)

    def narrow(self, query: Query) -> Query:
        """An identifier; the query that is left. Raises DimseRefused."""
        for control in self._at("narrow"):
            query = _of_kind(Query, control, _fenced(DimseRefused, control, "narrow", query))
        return query

    def dial(self, destination: Destination, operation: Operation) -> Destination:
        """Before a C-MOVE sub-association. Raises DimseRefused."""
        for control in self._at("dial"):
            answer = _fenced(DimseRefused, control, "dial", destination, operation)
            destination = _of_kind(Destination, control, answer)
        return destination

    def inspect(self, head: Head, operation: Operation) -> None:
        """The head of an arriving instance. Raises DimseRefused."""
        self._ask(DimseRefused, "inspect", head, operation)

    def weigh(self, size: int, operation: Operation) -> None:
        """Bytes of an arriving instance so far. Raises DimseRefused."""
        self._ask(DimseRefused, "weigh", size, operation)

    def commit(self, record: Record, operation: Operation) -> None:
        """Inside the index transaction. Raises DimseRefused."""
        self._ask(DimseRefused, "commit", record, operation)

    def remain(self, request: AssociationRequest) -> None:
        """After a reload. Raises ConnectionDropped."""
        self._ask(ConnectionDropped, "remain", request)

    def voice(self, refusal: Refusal, peer: Peer) -> Refusal:
        """The refusal in the words it leaves with; never raises, always of the same kind.

        A control that fails here leaves the least telling words.
        """
        kind = type(refusal)
        for control in self._at("voice"):
            try:
                spoken = control.voice(refusal, peer)
            except Exception as error:
                _fault(control, "voice", error)
                return _last_resort(kind, refusal.why)
            if type(spoken) is not kind:
                _log.error("control %s gave a %s other words", control.name, kind.__name__)
                return _last_resort(kind, refusal.why)
            refusal = spoken
        return refusal

    def observe(self, event: Event) -> None:
        """Tell every control. UnobservedError, after all were told, if one has failed."""
        failed: list[str] = []
        for control in self._at("observe"):
            try:
                control.observe(event, self._ledger)
            except Exception as error:
                _fault(control, "observe", error)
                failed.append(control.name)
        if failed:
            message = f"{', '.join(failed)} could not observe: {event.moment}"
            raise UnobservedError(message)

    def depart(self, peer: Peer) -> None:
        """The connection is over; every control is told, whatever the others do."""
        for control in self._at("depart"):
            try:
                control.depart(peer, self._ledger)
            except Exception as error:
                _fault(control, "depart", error)


def _last_resort(kind: type[Refusal], why: str) -> Refusal:
    """The least telling words; a control may have a kind of its own below ours."""
    return next(made(why) for base, made in _LAST_RESORT.items() if issubclass(kind, base))


def _fenced(kind: type[Refusal], control: Control, moment: str, *arguments: Any) -> Any:
    """Ask one control; whatever goes wrong is a refusal of the moment's kind."""
    try:
        return getattr(control, moment)(*arguments)
    except Refusal as refusal:
        if isinstance(refusal, kind):
            raise
        why = f"{control.name} refused: {refusal.why}"  # in words that do not fit this moment
        raise _last_resort(kind, why) from refusal
    except Exception as error:
        _fault(control, moment, error)
        why = f"{control.name} failed at {moment}: {type(error).__name__}"
        raise _last_resort(kind, why) from error


def _of_kind(kind: type[_T], control: Control, answer: Any) -> _T:
    """A control that forgot to return its answer has failed, too."""
    if isinstance(answer, kind):
        return answer
    why = f"{control.name} answered with {type(answer).__name__} instead of {kind.__name__}"
    raise _last_resort(DimseRefused, why)


def _fault(control: Control, moment: str, error: Exception) -> None:
    """Say where a control failed; not its message, which may hold a peer's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    _log.error(
        "control %s failed at %s: %s in %s", control.name, moment, type(error).__name__, where
    )
