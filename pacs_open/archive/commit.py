"""The moment at which an instance comes to be: decided, numbered, sealed and indexed at once.

If the database goes away while it commits, its answer is lost: the instances of that transaction
are found by everybody, or by nobody. Their peers are told A700H, and their records stay where
they are until the next transaction. It has the turn, so that the lost one is over, and sees.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pacs_open.archive.counter import Counter
from pacs_open.archive.group_commit import GroupCommit
from pacs_open.archive.incoming import Outcome, Request
from pacs_open.archive.record import SEGMENT_START, RecordHeader
from pacs_open.archive.segment import Segment
from pacs_open.errors import ArchiveError, IndexAwayError, IndexBehindError
from pacs_open.index.index import Index, segment_ends
from pacs_open.index.placement import advance_segment, existing, kin, note_segment, place, remove
from pacs_open.refusals import Refusal
from pacs_open.values import Record


@dataclass(frozen=True)
class Doubt:
    """A record of which nobody knows yet whether the index has it."""

    segment: Segment
    header: RecordHeader


class Committer:
    """Commits whole instances to the index of one process, as many at once as wait.

    ``settled`` takes back the segment of a doubt, and whether it may be written to again.
    """

    def __init__(
        self, index: Index, counter: Counter, settled: Callable[[Segment, bool], None]
    ) -> None:
        self._index = index
        self._counter = counter
        self._settled = settled
        self._doubts: list[Doubt] = []
        self._group: GroupCommit[Request] = GroupCommit(self._transaction, (IndexAwayError,))

    def submit(self, request: Request) -> None:
        """Return when it is visible to everybody; raise why it is not."""
        self._group.submit(request)

    def doubt(self, segment: Segment, header: RecordHeader) -> None:
        """Keep a record that may be committed, until it is known."""
        self._doubts.append(Doubt(segment, header))

    def forget(self) -> None:
        """Leave the doubts to whoever opens the archive next, and looks at the whole log."""
        while self._doubts:
            self._doubts.pop().segment.close()

    def _transaction(self, batch: Sequence[Request]) -> None:
        """One index transaction for all who wait."""
        with contextlib.ExitStack() as afterwards, self._index.writing() as connection:
            while self._doubts:
                sound = self._settle(connection, self._doubts[0])
                afterwards.callback(self._settled, self._doubts.pop(0).segment, sound)
            for request in batch:
                try:
                    self._commit(connection, request)
                except Refusal as refusal:  # nothing was written yet
                    request.error = refusal

    @staticmethod
    def _settle(connection: Connection, doubt: Doubt) -> bool:
        """See what became of a record: kept, or cut off. Whether its segment is sound."""
        indexed, _ = segment_ends(connection).get(doubt.segment.number, (0, 0))
        if indexed >= doubt.header.end:
            doubt.segment.end = doubt.header.end
            return True
        try:
            doubt.segment.cut(doubt.header.offset)
        except ArchiveError:  # the disk does not obey: whoever adopts it cuts it off
            return False
        return True

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
        _note(connection, segment, header)


def _note(connection: Connection, segment: Segment, header: RecordHeader) -> None:
    """Say that a segment is in the index up to the end of one more record.

    An index that went back in time (a standby that lagged behind, a copy of yesterday) would
    else be told that it has what lies before, and nobody would ever look there again.

    Raises:
        IndexBehindError: the index does not end where the record begins.
    """
    record = (header.offset, header.end)
    if advance_segment(connection, segment.number, record, segment.synced):
        return
    known = segment_ends(connection).get(segment.number)
    if known is not None or header.offset != SEGMENT_START:
        raise IndexBehindError(f"{segment.path}: the index has lost what it knew of it")
    note_segment(connection, segment.number, header.end, segment.synced)
