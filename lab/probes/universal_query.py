"""Everything, in one answer.

Why it matters: in 2019 one C-FIND without a condition listed whole archives: 24.3 million records
were counted that way in weeks. No daily work needs an answer of ten thousand studies; who gets one
is copying the catalogue.

What it does: as an authorised peer that may query, with every credential of its own, asks for every
study. If the archive holds fewer than the tight limit, marked studies without pictures are stored
first. Yes if more matches come back than the limit.

What it cannot tell: how many queries one may put one after the other; each of them stays within the
limit.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lab import closing
from lab.asking import by, every_study, may_write, need_peer, showed
from lab.conversation import SUCCESS
from lab.marked import MarkedInstance
from lab.probe import Answered, NotTestedError, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene
from lab.sop_classes import CT, STUDY_ROOT_FIND
from lab.target import Target

MOST_STORED = 300
"""Marked studies that we are ready to store for the question."""
ASSOCIATIONS = 3
"""They are stored on so many at once: each answer waits until its study is durable."""


@probe(
    asks="Does one query list more studies than the tight limit?",
    holds=("client certificate", "both AE titles", "the right to C-FIND"),
    lacks=("a reason to list so many",),
    severity=Severity.MEDIUM,
    standard=("PS3.4 C.4.1.1.4 (A700H)",),
    fix="Limit the matches of one query, and say so in the Error Comment.",
    closing=closing.SCOPE,
    alone=True,
    writes=True,
)
def universal_query(scene: Scene) -> Answered:
    """Ask for everything, once there is enough of it."""
    may_write(scene)
    target = scene.target(need_peer(scene, may="find"))
    answered, found = _ask(target, scene.matches)
    missing = scene.matches + 1 - found
    if answered.untold is not Untold.UNCLEAR:
        return answered
    if missing > MOST_STORED:
        raise NotTestedError(f"the archive holds {missing} studies too few for the question")
    _fill(scene, missing)
    return _ask(target, scene.matches)[0]


def _ask(target: Target, limit: int) -> tuple[Answered, int]:
    """The answer, and how many matches came; unclear while the archive holds too few."""
    with target.converse(STUDY_ROOT_FIND) as talk:
        status, matches = talk.find(STUDY_ROOT_FIND, every_study())
    told = showed(f"{len(matches)} studies were listed; the limit asked about is {limit}")
    if len(matches) > limit:
        return yes([*talk.evidence, told]), len(matches)
    if status == SUCCESS and len(matches) <= limit:
        few = "the archive does not hold enough studies to tell"
        return unknown(Untold.UNCLEAR, [*talk.evidence, told], few), len(matches)
    answer = by(talk)
    told_no = no([*answer.evidence, told]) if answer.untold is None else answer
    return told_no, len(matches)


def _fill(scene: Scene, studies: int) -> None:
    """Store marked studies, each of one instance that is all words."""
    target = scene.target(need_peer(scene, may="store"))
    marked = [scene.marked.new(pictured=False) for _ in range(studies)]
    with ThreadPoolExecutor(ASSOCIATIONS) as pool:
        shares = [marked[first::ASSOCIATIONS] for first in range(ASSOCIATIONS)]
        for stored in [pool.submit(_store, target, share) for share in shares]:
            stored.result()


def _store(target: Target, share: Sequence[MarkedInstance]) -> None:
    with target.converse(storage=[CT]) as talk:
        for instance in share:
            talk.store_bytes(instance.part_10)
