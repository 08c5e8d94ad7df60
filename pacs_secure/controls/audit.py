"""Who did what, in a trail that cannot be changed unnoticed.

Why it matters: after an incident a clinic must say whose images went where. An archive that
kept no record, or one that an intruder could rewrite, cannot.

What it demands: DICOM audit messages (PS3.15 A.5) for start and stop, what a reload has changed,
failed handshakes, dropped connections, rejected associations, users who were identified, refused
requests, queries and retrievals with their identifier, and transfers (one message when the first
instance of a study was answered, one with the number of instances at the end). One writer for
all workers appends them to a file whose lines are chained by a keyed digest;
``pacslab audit check`` finds lines that were edited, removed, inserted or moved, and a tail that
was cut off. C-ECHO and mere associations are not told. The trail holds Patient IDs, which is why
nobody but the archive may read it.

What is guaranteed: each query, each first instance of a study and each refusal is with the
operating system before the association goes on; a worker that dies leaves a line about the
transfers whose end nobody tells. Refusals of one kind and peer are written one by one up to 20
in a minute and counted beyond that. If the trail cannot be written (a full disk, a file that was
taken away, a writer that is gone), the association ends: safety before availability.

What it cannot do: prevent anything (it stops no probe), undo the last second before a power
failure, or convict somebody who has the key: keep ``key`` and ``anchor`` apart from ``file``,
out of reach for whoever administers the log, and copy the anchor away regularly. A trail is not
rotated while the archive runs: stop it, put trail and anchor aside together, start it.

How to set it (without these nothing starts)::

    [controls.audit]
    file = "audit/trail.log"
    key = "audit-key/key"          # (umask 077; openssl rand -hex 32 > audit-key/key)
    anchor = "audit-key/anchor"
    source_id = "PACS-SECURE"      # AuditSourceID
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import PrivateAttr

from pacs_open.control import Control
from pacs_open.errors import ConfigurationError
from pacs_open.ledger import Book, Ledger
from pacs_open.values import Dimse, Event, Moment, Peer
from pacs_secure.audit_codes import DCM
from pacs_secure.audit_log import AuditLog, Entry, Files
from pacs_secure.audit_message import (
    MINOR_FAILURE,
    SERIOUS_FAILURE,
    SUCCESS,
    AuditMessages,
    Participant,
)
from pacs_secure.audit_tally import Tallies, is_success
from pacs_secure.settings import OperatorPath

BOOK = "audit"
_ACTIVITY = {Moment.STARTED: DCM.ApplicationStart, Moment.STOPPED: DCM.ApplicationStop}


class Audit(Control):
    """A chained trail of DICOM audit messages."""

    name: ClassVar[str] = "audit"
    standard: ClassVar[tuple[str, ...]] = ("PS3.15 A.5", "IHE ITI-20")

    file: OperatorPath | None = None
    """The trail."""
    key: OperatorPath | None = None
    """At least 64 hexadecimal digits, mode 0600, in another folder than the trail."""
    anchor: OperatorPath | None = None
    """Where the head of the chain is kept, in another folder than the trail."""
    source_id: str = "PACS-SECURE"
    """AuditSourceID: the name of this archive in the trail."""

    # Transfers that have begun, by connection. They are in the worker and not in the ledger,
    # because asking the one writer for each instance would cost the archive its speed; the
    # writer knows of each that began, and tells if its worker dies.
    _tallies: dict[str, Tallies] = PrivateAttr(default_factory=dict)

    @property
    def _messages(self) -> AuditMessages:
        return AuditMessages(self.source_id)

    def books(self) -> Mapping[str, Book]:
        """The one writer, which alone holds key and file."""
        if self.file is None or self.key is None or self.anchor is None:
            raise ConfigurationError("controls.audit: file, key and anchor must be set")
        if self.file.parent in {self.key.parent, self.anchor.parent}:
            raise ConfigurationError(
                f"controls.audit: key and anchor must lie in another folder than {self.file}"
            )
        try:
            return {BOOK: AuditLog(Files(self.file, self.key, self.anchor), self._messages)}
        except (ConfigurationError, OSError) as error:
            raise ConfigurationError(f"controls.audit: {error}") from error

    def observe(self, event: Event, ledger: Ledger) -> None:
        """Tell the writer what happened, where it is worth a line."""
        entries = self._entries(event)
        if entries:
            ledger.ask(BOOK, entries)

    def depart(self, peer: Peer, ledger: Ledger) -> None:
        """Tell what was counted and not told, whatever way the connection ended."""
        entries = self._end_transfers(peer)
        if entries:
            ledger.ask(BOOK, entries)

    def _entries(self, event: Event) -> Sequence[Entry]:
        if event.moment in _ACTIVITY:
            return [Entry(self._messages.application_activity(_ACTIVITY[event.moment]))]
        if event.moment is Moment.RELOADED:
            changed = self._messages.security_alert(DCM.SecurityConfiguration, SUCCESS, event.why)
            return [Entry(changed)]
        entries: Sequence[Entry] = ()
        if event.moment is Moment.ASSOCIATION_ACCEPTED:
            entries = self._logged_in(event)
        elif event.moment is Moment.OPERATION_ANSWERED and not event.refused:
            entries = self._answered(event)
        elif event.moment is Moment.SUB_OPERATION_ANSWERED:
            entries = self._counted(event)
        elif event.moment is Moment.ASSOCIATION_ENDED:
            entries = self._end_transfers(event.peer)
        if event.refused or event.moment is Moment.HANDSHAKE_FAILED:
            entries = [*entries, self._alert(event)]
        return entries

    def _logged_in(self, event: Event) -> Sequence[Entry]:
        """Mere associations are not told; a user's is."""
        request, peer = event.request, event.peer
        if request is None or peer is None or not request.user:
            return []
        at = Participant.of(peer, request.calling_ae_title)
        return [Entry(self._messages.user_login(request.user, at, request.called_ae_title))]

    def _answered(self, event: Event) -> Sequence[Entry]:
        """A DIMSE request has its final status."""
        service = event.operation.service if event.operation is not None else None
        if service is Dimse.STORE:
            return self._counted(event)
        if service in {Dimse.FIND, Dimse.GET, Dimse.MOVE}:
            ended = self._end_transfers(event.peer) if service is not Dimse.FIND else []
            return [*ended, self._queried(event)]
        return []

    def _counted(self, event: Event) -> Sequence[Entry]:
        if event.peer is None:
            return []
        name = _connection(event.peer)
        return self._tallies.setdefault(name, Tallies(name, self._messages)).count(event)

    def _end_transfers(self, peer: Peer | None) -> Sequence[Entry]:
        tallies = self._tallies.pop(_connection(peer), None) if peer is not None else None
        return tallies.end() if tallies is not None else []

    def _queried(self, event: Event) -> Entry:
        operation, peer = event.operation, event.peer
        if operation is None or peer is None:
            raise ValueError("a query has an operation and a peer")
        request = operation.request
        message = self._messages.query(
            SUCCESS if is_success(event.status) else SERIOUS_FAILURE,
            Participant.of(peer, request.calling_ae_title),
            Participant.ourselves(request.called_ae_title),
            sop_class_uid=operation.sop_class_uid,
            transfer_syntax=operation.transfer_syntax,
            identifier=event.query,
        )
        return Entry(message)

    def _alert(self, event: Event) -> Entry:
        """Somebody was refused. A node that could not prove itself is the graver case."""
        kind, outcome = DCM.AccessControlDecision, MINOR_FAILURE
        if event.moment in {Moment.HANDSHAKE_FAILED, Moment.CONNECTION_DROPPED}:
            kind, outcome = DCM.NodeAuthentication, SERIOUS_FAILURE
        elif event.moment is Moment.OPERATION_ANSWERED:
            kind = DCM.AuthorizationDecision
        calling = event.request.calling_ae_title if event.request is not None else ""
        peer = event.peer
        performer = Participant.of(peer, calling) if peer is not None else None
        message = self._messages.security_alert(kind, outcome, _words(event), performer=performer)
        who = peer.budget_key if peer is not None else "nobody"
        what = event.operation.service if event.operation is not None else event.moment
        return Entry(message, kind=f"{who}: {what}")


def _connection(peer: Peer) -> str:
    """Name a connection; what TLS proved about it comes later and is no part of the name."""
    return f"{peer.address} {peer.port} {peer.serial}"


def _words(event: Event) -> str:
    """What was refused, how, and why; the writer encodes it so that no text can break out.

    The instance is named here and nowhere else: a control's own words go to the log, too.
    """
    answer = ""
    if event.rejection is not None:
        answer = " with A-ASSOCIATE-RJ ({}, {}, {})".format(*event.rejection)
    elif event.status is not None:
        answer = f" with status {event.status:04X}H"
    what = f" {event.operation.service}" if event.operation is not None else ""
    instance = f" (instance {event.sop_instance_uid})" if event.sop_instance_uid else ""
    return f"{event.moment}{what}{answer}: {event.why}{instance}"
