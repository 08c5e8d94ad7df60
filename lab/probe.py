"""A probe: a neutral question to an archive, answered yes, no or unknown, with evidence.

"Yes" means that the attempt succeeded. A probe does not judge (that is
:mod:`lab.verdict`), and it holds every credential except the one its question is about, so
that an earlier refusal does not hide the safeguard in question.
"""

import inspect
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from lab.evidence import Cause, Evidence, Layer, printable
from lab.manners import BudgetSpentError
from lab.scene import Scene

LONGEST_FAULT = 200
"""Characters of a fault of ours that are shown; text of a peer may be among them."""


class Answer(StrEnum):
    """Whether the attempt succeeded."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """What a yes costs, in the terms of the reported breach's impact scale (1 to 4)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Untold(StrEnum):
    """Why an answer is unknown."""

    NOT_REACHED = "nothing was reached"
    NOT_TESTED = "not tested"
    NOT_APPLICABLE = "not applicable"
    FAULT = "fault of the lab"
    UNCLEAR = "the wire did not tell"


@dataclass(frozen=True)
class Answered:
    """What a probe brings back. ``untold`` is set exactly if the answer is unknown."""

    answer: Answer
    evidence: tuple[Evidence, ...] = ()
    untold: Untold | None = None

    def __post_init__(self) -> None:
        if (self.answer is Answer.UNKNOWN) != (self.untold is not None):
            raise ValueError("exactly an unknown answer says why it is unknown")


def yes(evidence: Sequence[Evidence]) -> Answered:
    """The attempt succeeded."""
    return Answered(Answer.YES, tuple(evidence))


def no(evidence: Sequence[Evidence]) -> Answered:
    """The archive was reached and the attempt did not succeed."""
    return Answered(Answer.NO, tuple(evidence))


def unknown(untold: Untold, evidence: Sequence[Evidence] = (), text: str = "") -> Answered:
    """It cannot be told; ``text`` adds the lab's own words."""
    said = (*evidence, Evidence(Layer.LAB, text)) if text else tuple(evidence)
    return Answered(Answer.UNKNOWN, said, untold)


class NotTestedError(Exception):
    """The scene lacks something the question needs; the message says what."""


class NotApplicableError(Exception):
    """The question has no meaning for this archive; the message says why."""


@dataclass(frozen=True)
class Probe:
    """One question, its page and how to ask it."""

    id: str
    question: str
    holds: tuple[str, ...]
    """What we have when we ask."""
    lacks: tuple[str, ...]
    """What we do without: the thing the question is about."""
    severity: Severity
    standard: tuple[str, ...]
    """Clauses that speak of it."""
    fix: str
    """What to do about a yes, in one sentence."""
    page: str
    """Why it matters, what the probe does, what it cannot tell, how it is closed (Markdown)."""
    body: Callable[[Scene], Answered]
    alone: bool = False
    """Whether it would disturb other probes asked at the same time."""
    waits: bool = False
    """Whether it waits for seconds, with nothing to do and whatever the archive holds: a story puts
    it while images are drawn."""
    writes: bool = False
    """Whether it tries to store a marked instance."""
    exhausts: bool = False
    """Whether it takes room or time that others may need: the lab's own archives only."""
    malforms: bool = False
    """Whether it sends what breaks the Standard's grammar; a poor archive may fall over it."""
    brief: timedelta | None = None
    """How long the certificate lasts that it has made at the very moment when it is asked; None:
    it has none made."""
    built_in: bool = False
    """Whether no archive can honestly do with it: a no in every column of the matrix, no control's
    merit."""
    issued: bool = True
    """Whether it holds something that was issued to a device: a client certificate of a known
    CA, or the service of a friend. What holds none can be asked by anybody, from anywhere."""
    causes: Collection[Cause] = ()
    """What a refusal must name as its cause to settle the question without a friend: none where
    it would not prove that the thing we lacked was what we were refused for."""

    def ask(self, scene: Scene) -> Answered:
        """Ask; a fault of our own is never an answer about the archive."""
        try:
            self._check_is_allowed(scene)
            return self.body(scene)
        except (NotTestedError, BudgetSpentError) as error:
            return unknown(Untold.NOT_TESTED, text=str(error))
        except NotApplicableError as error:
            return unknown(Untold.NOT_APPLICABLE, text=str(error))
        except Exception as error:  # whatever it is, it is ours: the wire never raises here
            said = printable(f"{type(error).__name__}: {error}", LONGEST_FAULT)
            return unknown(Untold.FAULT, text=f"fault of the lab: {said}")

    def _check_is_allowed(self, scene: Scene) -> None:
        if not scene.own and (self.exhausts or self.malforms):
            what = "exhausted" if self.exhausts else "sent malformed messages"
            raise NotTestedError(
                f"an archive that may be somebody's is not {what}; the lab's own are, by "
                "pacslab demo and pacslab matrix"
            )


def probe(
    *,
    asks: str,
    holds: Sequence[str],
    lacks: Sequence[str],
    severity: Severity,
    standard: Sequence[str],
    fix: str,
    closing: str = "",
    alone: bool = False,
    waits: bool = False,
    writes: bool = False,
    exhausts: bool = False,
    malforms: bool = False,
    brief: timedelta | None = None,
    built_in: bool = False,
    issued: bool = True,
    causes: Collection[Cause] = (),
) -> Callable[[Callable[[Scene], Answered]], Probe]:
    """Make a probe of a function: the name becomes its id, the module's docstring its page.

    ``closing`` ends the page where the docstring leaves out how products close it
    (:mod:`lab.closing`).
    """

    def make(body: Callable[[Scene], Answered]) -> Probe:
        page = inspect.cleandoc(sys.modules[body.__module__].__doc__ or "")
        return Probe(
            id=body.__name__,
            question=asks,
            holds=tuple(holds),
            lacks=tuple(lacks),
            severity=severity,
            standard=tuple(standard),
            fix=fix,
            page=f"{page}\n\n{inspect.cleandoc(closing)}".strip(),
            body=body,
            alone=alone,
            waits=waits,
            writes=writes,
            exhausts=exhausts,
            malforms=malforms,
            brief=brief,
            built_in=built_in,
            issued=issued,
            causes=frozenset(causes),
        )

    return make
