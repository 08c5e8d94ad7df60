"""Judges answers; nothing else does. Pure: no sockets, no files, no clock.

A refusal counts only where a friend was served: without that, "no" may as well mean that the
archive was down, the port wrong or our own identity broken.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from lab.evidence import WHO_OR_WHAT, Cause, Evidence, names_the_cause
from lab.probe import Answer, Answered, Untold


class Verdict(StrEnum):
    """What an answer means for the owner of the archive."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_TESTED = "not-tested"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    ALL_PASS = 0
    SOME_FAIL = 1
    WRONG_USE = 2
    INCONCLUSIVE = 3


AFTER = " after the probes"
"""How an entry of ``did`` ends that was served when all questions had been put."""


@dataclass(frozen=True)
class PositiveControl:
    """What the authorised peers were served on the same port in the same run."""

    peer: str
    did: tuple[str, ...]
    """``MODALITY C-ECHO``; with ``AFTER`` at its end; or with counts, ``MODALITY C-STORE: 9 of 9
    images over TLSv1.3``."""
    ok: bool
    reached: bool
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A verdict and its reason in one sentence."""

    verdict: Verdict
    why: str


SECURE_BUT_BROKEN = "secure but broken: an authorised peer was refused too"
NO_IDENTITY = (
    "refused without a cause, and no authorised peer to compare with: an identity that this "
    "archive serves settles it (its AE titles; over TLS its certificate and key; its user if asked)"
)
IDENTITY_REFUSED = "your identity was refused, so that this refusal proves nothing"


def judge(
    answered: Answered,
    friend: PositiveControl | None,
    *,
    own: bool,
    causes: Collection[Cause] = WHO_OR_WHAT,
) -> Judgement:
    """Judge one answer.

    Args:
        answered: what the probe brought back.
        friend: what authorised peers were served; None where no identity was given.
        own: the archive is the lab's, whose friends must be served.
        causes: what the wire must name as the cause of a refusal that no friend stands beside.
    """
    if answered.answer is Answer.YES:
        return Judgement(Verdict.FAIL, "the attempt succeeded")
    if answered.answer is Answer.UNKNOWN:
        return _unknown(answered)
    if friend is None:
        return _without_friend(answered, causes)
    return _beside(friend, own=own)


def _without_friend(answered: Answered, causes: Collection[Cause]) -> Judgement:
    if names_the_cause(answered.evidence, causes):
        return Judgement(Verdict.PASS, "refused, and the wire itself named the cause")
    return Judgement(Verdict.INCONCLUSIVE, NO_IDENTITY)


def _beside(friend: PositiveControl, *, own: bool) -> Judgement:
    if friend.ok:
        why = f"the attempt failed, while authorised peers ({friend.peer}) were served"
        return Judgement(Verdict.PASS, why)
    if not friend.reached:
        return Judgement(Verdict.INCONCLUSIVE, "no authorised peer reached the archive")
    if own:
        return Judgement(Verdict.FAIL, SECURE_BUT_BROKEN)
    return Judgement(Verdict.INCONCLUSIVE, IDENTITY_REFUSED)


def _unknown(answered: Answered) -> Judgement:
    said = answered.evidence[-1].text if answered.evidence else ""
    match answered.untold:
        case Untold.NOT_TESTED:
            return Judgement(Verdict.NOT_TESTED, said or "not tested")
        case Untold.NOT_APPLICABLE:
            return Judgement(Verdict.NOT_APPLICABLE, said or "not applicable")
        case Untold.FAULT:
            return Judgement(Verdict.INCONCLUSIVE, said or "fault of the lab")
        case _:
            why = str(answered.untold) + (f": {said}" if said else "")
            return Judgement(Verdict.INCONCLUSIVE, why)


def exit_code(verdicts: Iterable[Verdict]) -> ExitCode:
    """Exit code of a run: a fail counts before doubt, doubt before a pass.

    No verdict at all, or none but not-tested and not-applicable, proves nothing: inconclusive.
    """
    seen = set(verdicts)
    if Verdict.FAIL in seen:
        return ExitCode.SOME_FAIL
    if Verdict.INCONCLUSIVE in seen or Verdict.PASS not in seen:
        return ExitCode.INCONCLUSIVE
    return ExitCode.ALL_PASS
