"""The moment at which an instance comes to be: decided, numbered, sealed and indexed at once."""

from collections.abc import Sequence

from sqlalchemy import Connection

from pacs_open.archive.counter import Counter
from pacs_open.archive.group_commit import GroupCommit
from pacs_open.archive.incoming import Outcome, Request
from pacs_open.index.index import Index
from pacs_open.index.placement import existing, kin, note_segment, place, remove
from pacs_open.refusals import Refusal
from pacs_open.values import Record


class Committer:
    """Commits whole instances to the index of one process, as many at once as wait."""

    def __init__(self, index: Index, counter: Counter) -> None:
        self._index = index
        self._counter = counter
        self._group: GroupCommit[Request] = GroupCommit(self._transaction)

    def submit(self, request: Request) -> None:
        """Return when it is visible to everybody; raise why it is not."""
        self._group.submit(request)

    def _transaction(self, batch: Sequence[Request]) -> None:
        """One index transaction for all who wait."""
        with self._index.writing() as connection:
            for request in batch:
                try:
                    self._commit(connection, request)
                except Refusal as refusal:  # nothing was written yet
                    request.error = refusal

    def _commit(self, connection: Connection, request: Request) -> None:
        entry = request.entry
        request.outcome, request.repeated_in = Outcome.STORED, None  # it may be the second attempt
        row = existing(connection, entry.sop_instance_uid)
        if row is not None and (row.digest, row.transfer_syntax) == (
            entry.digest,
            entry.transfer_syntax,
        ):
            request.outcome, request.repeated_in = Outcome.REPEATED, row.segment
            return
        rows = kin(connection, entry)
        request.decide(
            Record(
                sop_class_uid=entry.attributes["SOPClassUID"],
                sop_instance_uid=entry.sop_instance_uid,
                transfer_syntax=entry.transfer_syntax,
                head=request.head,
                size=entry.size,
                digest=entry.digest,
                existing_digest=None if row is None else row.digest,
                known_patient_ids=frozenset(one.PatientID for one in rows),
            )
        )
        number = self._counter.next()
        segment, header = request.seal(number, 0 if row is None else row.id)
        if row is not None:
            remove(connection, row)
            rows = kin(connection, entry)
            request.outcome = Outcome.REPLACED
        place(connection, entry, number, (segment.number, header.offset), rows)
        note_segment(connection, segment.number, header.end, segment.synced)
