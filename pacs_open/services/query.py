"""Query: C-FIND (PS3.4 C.4.1). One pending response for each match, many in one write."""

from dataclasses import replace

from pacs_open.data_sets.identifiers import (
    NOT_STORED,
    Identifier,
    find_query,
    has_unmatched_keys,
    read_identifier,
)
from pacs_open.data_sets.matches import Matches
from pacs_open.index.attributes import BY_LEVEL, COMPUTED, up_to
from pacs_open.services.answer import (
    CANCELLED,
    OUT_OF_RESOURCES,
    PENDING,
    SUCCESS,
    Answer,
)
from pacs_open.services.scp import Scp
from pacs_open.transfer_capability import IMPLICIT_LITTLE_ENDIAN, QUERY_RETRIEVE
from pacs_open.values import Level, Operation, Query
from pacs_open.wire.association import Message

_RETURNED = {
    level: frozenset(
        keyword
        for upper in up_to(level)
        for keyword in (*(kept.keyword for kept in BY_LEVEL[upper]), *COMPUTED[upper])
    )
    for level in Level
}
"""Attributes of the level and those above it: a match has one value of these."""
_SOME_KEYS_NOT_SUPPORTED = 0xFF01
_LOOK_FOR_CANCEL_EVERY = 50
"""Matches; looking costs a system call, and writing out what is held before that another."""


def find(scp: Scp, operation: Operation, message: Message, answer: Answer) -> None:
    """Answer a C-FIND; with A700H after the last match that is allowed, if there are more.

    Raises:
        DimseRefused: A700H, A900H or C000H for the identifier, or what a control says.
        IndexUnavailableError: A700H.
    """
    explicit = operation.transfer_syntax != IMPLICIT_LITTLE_ENDIAN
    model, _ = QUERY_RETRIEVE[operation.sop_class_uid]
    answer.query = scp.channel.read_identifier()
    identifier = read_identifier(answer.query, model, explicit=explicit)
    answer.patient_id = identifier.keys.get("PatientID", "")
    answer.study_instance_uid = identifier.keys.get("StudyInstanceUID", "")
    query = scp.controls.narrow(find_query(identifier, operation, model))
    matches = Matches(identifier, _RETURNED[identifier.level], scp.ae_title, explicit=explicit)
    pending = message.command.response(_pending_status(identifier), has_data_set=True)
    context_id = message.context.context_id
    answer.matches = 0
    for row in scp.archive.search(_and_one_more(query), matches.keywords):
        if answer.matches == query.limit:
            answer.status = OUT_OF_RESOURCES
            answer.comment = answer.why = f"More than {query.limit} matches; ask for less"
            return
        if answer.matches % _LOOK_FOR_CANCEL_EVERY == 0:
            scp.channel.flush()
            if scp.channel.cancelled(operation.message_id):
                answer.status = CANCELLED
                return
        scp.channel.send(context_id, pending, matches.encode(row), hold=True)
        answer.matches += 1
    answer.status = SUCCESS


def _and_one_more(query: Query) -> Query:
    """One match beyond the limit tells whether there are more."""
    return query if query.limit is None else replace(query, limit=query.limit + 1)


def _pending_status(identifier: Identifier) -> int:
    """FF01H if an optional key is not supported for existence or matching (Table C.4-1)."""
    known = _RETURNED[identifier.level] | NOT_STORED
    if has_unmatched_keys(identifier) or not known.issuperset(identifier.keys):
        return _SOME_KEYS_NOT_SUPPORTED
    return PENDING
