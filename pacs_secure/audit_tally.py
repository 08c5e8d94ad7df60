"""Transfers of one association, counted until they are told: one message a study, not an instance.

A message for each of a thousand instances a second would say nothing more and cost the archive
its speed. The first instance of a study is told at once (Begin Transferring); all that went
the same way with the same outcome are told together (Instances Transferred) when the
association or the retrieval ends, or when too many studies are open.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from pacs_open.values import Dimse, Event
from pacs_secure.audit_log import Entry
from pacs_secure.audit_message import (
    SERIOUS_FAILURE,
    SUCCESS,
    AuditMessages,
    Participant,
    Transfer,
)

OPEN_AT_ONCE = 64
"""Transfers of one association that are counted side by side; the oldest is told beyond."""


SUCCESS_OR_WARNING = {0x0000, 0x0001, 0x0107, 0x0116, 0xFE00}
"""Statuses that are no failure (PS3.7 C); FE00H is the peer's own C-CANCEL."""
FIRST_WARNING, LAST_WARNING = 0xB000, 0xBFFF


class _Mark(NamedTuple):
    """What instances have in common that are told in one message."""

    service: Dimse
    study_instance_uid: str
    patient_id: str
    destination: str
    action: str
    outcome: int


@dataclass
class _Tally:
    transfer: Transfer
    name: str
    counts: Counter[str] = field(default_factory=Counter)


class Tallies:
    """The transfers of one association that have begun and are not yet told."""

    def __init__(self, name: str, messages: AuditMessages) -> None:
        self._name = name
        self._messages = messages
        self._open: OrderedDict[_Mark, _Tally] = OrderedDict()
        self._begun = 0

    def count(self, event: Event) -> list[Entry]:
        """Count one instance; what has to be told because of it."""
        mark = _mark(event)
        entries: list[Entry] = []
        if mark not in self._open:
            if len(self._open) >= OPEN_AT_ONCE:
                entries.append(self._end(next(iter(self._open))))
            entries.append(self._begin(mark, event))
        # What a retrieval sends is not told apart by SOP class: the event does not know it.
        operation = event.operation if mark.service is Dimse.STORE else None
        self._open[mark].counts[operation.sop_class_uid if operation else ""] += 1
        return entries

    def end(self) -> list[Entry]:
        """Tell everything that was counted."""
        return [self._end(mark) for mark in list(self._open)]

    def _begin(self, mark: _Mark, event: Event) -> Entry:
        self._begun += 1
        tally = _Tally(_transfer(event, mark.action), f"{self._name} {self._begun}")
        self._open[mark] = tally
        message = self._messages.begin_transferring(tally.transfer)
        return Entry(message, begins=(tally.name, tally.transfer))

    def _end(self, mark: _Mark) -> Entry:
        tally = self._open.pop(mark)
        why = "" if mark.outcome == SUCCESS else "these instances were not transferred"
        message = self._messages.instances_transferred(
            tally.transfer, mark.outcome, tally.counts, why
        )
        return Entry(message, ends=tally.name)


def _mark(event: Event) -> _Mark:
    service = event.operation.service if event.operation is not None else Dimse.STORE
    return _Mark(
        service,
        event.study_instance_uid,
        event.patient_id,
        event.destination.ae_title if event.destination is not None else "",
        _action(event, service),
        SUCCESS if is_success(event.status) else SERIOUS_FAILURE,
    )


def is_success(status: int | None) -> bool:
    """Whether a final status is success, a warning, or the peer's own C-CANCEL (PS3.7 C)."""
    return status is not None and (
        status in SUCCESS_OR_WARNING or FIRST_WARNING <= status <= LAST_WARNING
    )


def _action(event: Event, service: Dimse) -> str:
    """EventActionCode of A.5.3.7."""
    if service is not Dimse.STORE or event.replaced is None:
        return "R"
    return "U" if event.replaced else "C"


def _transfer(event: Event, action: str) -> Transfer:
    """Say who sent what to whom."""
    calling = event.request.calling_ae_title if event.request is not None else ""
    called = event.request.called_ae_title if event.request is not None else ""
    peer = Participant.of(event.peer, calling) if event.peer is not None else Participant("nobody")
    ours = Participant.ourselves(called)
    others: tuple[Participant, ...] = ()
    if event.operation is not None and event.operation.service is Dimse.STORE:
        source, destination = peer, ours
    elif event.destination is not None:
        source, destination, others = ours, Participant.called(event.destination), (peer,)
    else:
        source, destination = ours, peer
    return Transfer(source, destination, others, event.study_instance_uid, event.patient_id, action)
