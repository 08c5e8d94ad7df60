"""All the seats, taken by one.

Why it matters: associations cost memory and threads, and most archives have one limit for all.
One broken device in a retry loop, or one stranger, then locks every modality out.

What it does: as one authorised peer, opens more associations than the tight limit for one peer
and holds them all at once; asks for a C-ECHO on the last. It opens one more than the limit and
not hundreds.

What it cannot tell: how many associations the archive stands in all; that would be an attack.

How to close it:

- here: `association_limit`.
- Orthanc: `DicomThreadsCount` bounds how many are served at once for all together; limits for
  each address belong in the packet filter (connlimit).
- DCMTK: `MaxAssociations` in `dcmqrscp.cfg`, `storescp --fork --max-associations` from 3.7.0 on,
  for all together; connlimit for each address.
- dcm4chee: `dcmLimitOpenAssociations` of the device for all together, and for each AE
  `dcmLimitAssociationsInitiatedBy` (TITLE=number); absent they are no limits. connlimit for each
  address.
"""

import contextlib
from concurrent.futures import ThreadPoolExecutor

from lab.asking import by, need_peer, showed
from lab.conversation import SUCCESS, Conversation
from lab.probe import Answered, Severity, no, probe, yes
from lab.scene import Scene
from lab.target import Target

AT_ONCE = 4
"""Associations that are being opened at the same time."""


@probe(
    asks="May one peer hold more associations at once than the tight limit?",
    holds=("client certificate", "both AE titles"),
    lacks=("a reason to hold so many",),
    severity=Severity.MEDIUM,
    standard=("PS3.8 9.3.4 (2,3,2)",),
    fix="Limit associations per peer, and keep seats for proven devices.",
    exhausts=True,
    alone=True,
)
def association_flood(scene: Scene) -> Answered:
    """Hold one association more than one peer needs."""
    wanted = scene.associations_per_peer + 1
    target = scene.target(need_peer(scene))
    with contextlib.ExitStack() as held, ThreadPoolExecutor(AT_ONCE) as pool:
        talks = list(pool.map(lambda _: _hold(held, target), range(wanted)))
        standing = [talk for talk in talks if talk.established]
        served = standing[-1].echo() == SUCCESS if standing else False
        told = showed(f"{len(standing)} of {wanted} associations stood at once")
        if len(standing) == wanted and served:
            return yes([*standing[-1].evidence, told])
        refused = next((talk for talk in talks if not talk.established), talks[-1])
        answer = by(refused)
        return no([*refused.evidence, told]) if answer.untold is None else answer


def _hold(held: contextlib.ExitStack, target: Target) -> Conversation:
    """Open an association that ends with the stack."""
    return held.enter_context(target.converse())
