"""Whoever is refused is not told which AE title was wrong.

Why it matters: an A-ASSOCIATE-RJ with reason 7 says "not my name", one with reason 3 "I do not
know yours". A guesser tries archive titles until the reason changes from 7 to 3, and then has
one of the two names; the other follows in the same way. What would take the product of both
lists takes their sum.

What it demands: a rejection for either AE title leaves as no-reason-given (1,1,1). The audit
trail keeps the true reason; other rejections (a limit, a user identity) leave as they are.

What it cannot do: hide that a pair of titles was right, since then the association is accepted;
``refusal_budget`` makes trying many pairs slow. An engineer who configures a new device must
look into the trail, where the wire used to tell the cause.

How to set it: it has no settings; ``enabled = false`` in ``[controls.uniform_refusal]`` switches
it off.
"""

from typing import ClassVar

from pacs_open.control import Control
from pacs_open.refusals import AssociationRejected, Refusal, no_reason_given
from pacs_open.values import Peer

TELLING = frozenset({(1, 1, 3), (1, 1, 7)})
"""Calling and called AE title not recognized (PS3.8 Table 9-21)."""


class UniformRefusal(Control):
    """One answer for both AE titles."""

    name: ClassVar[str] = "uniform_refusal"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.4",)
    needs: ClassVar[tuple[str, ...]] = ("called_ae", "calling_ae")
    stops: ClassVar[tuple[str, ...]] = ("ae_title_oracle",)

    def voice(self, refusal: Refusal, peer: Peer) -> Refusal:
        """Say (1,1,1) for (1,1,3) and (1,1,7); ``why`` stays for our own log."""
        if not isinstance(refusal, AssociationRejected):
            return refusal
        if (refusal.result, refusal.source, refusal.reason) in TELLING:
            return no_reason_given(refusal.why)
        return refusal
