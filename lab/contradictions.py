"""Stores instances that are wrong on purpose, each on an association of its own."""

from collections.abc import Mapping

from lab.asking import refusal, showed, was_stored
from lab.evidence import Evidence
from lab.probe import Answer, Answered, Untold, no, unknown, yes
from lab.sop_classes import CT
from lab.target import Target


def store_each(
    target: Target, wrong: Mapping[str, bytes], *, after: bytes | None = None
) -> Answered:
    """Yes if any of the wrong instances is stored.

    Args:
        target: the archive, as a peer that may store.
        wrong: DICOM files by what is wrong with them.
        after: a good file to be stored first, on which the wrong ones build.
    """
    evidence: list[Evidence] = []
    if after is not None:
        with target.converse(storage=[CT]) as talk:
            if not was_stored(talk.store_bytes(after)):
                reason = "the good instance was not stored, so that none could contradict it"
                return unknown(Untold.UNCLEAR, talk.evidence, reason)
    found = False
    for what, part_10 in wrong.items():
        with target.converse(storage=[CT]) as talk:
            stored = was_stored(talk.store_bytes(part_10))
        answer = refusal(talk.record)
        if answer.answer is Answer.UNKNOWN:
            return answer
        evidence += [*talk.evidence, showed(f"{what}: {'stored' if stored else 'refused'}")]
        found = found or stored
    return (yes if found else no)(evidence)
