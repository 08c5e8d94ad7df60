"""A peer must call the archive by its name.

Why it matters: most exposed archives answer whatever name they are called by, so that a
scanner needs to know nothing at all. Demanding the right called AE title turns away whoever
has not been told it, and every misconfigured device as well.

What it demands: the called AE title of the A-ASSOCIATE-RQ is one of ``titles``, compared
exactly; case counts, outer spaces do not (PS3.5 6.2). Otherwise the association is rejected
with called-AE-title-not-recognized (1,1,7).

What it cannot do: an AE title is a name, not a secret. It crosses the wire in plaintext unless
TLS hides it, may be guessed, and stands on stickers. The reject reason even tells a guesser
which of the two titles was wrong. This control is a sieve, never authentication.

How to set it (no title: nobody is admitted)::

    [controls.called_ae]
    titles = ["PACS-SECURE"]
"""

from typing import ClassVar

from pacs_open.control import Control
from pacs_open.ledger import Ledger
from pacs_open.refusals import called_ae_not_recognized
from pacs_open.values import AssociationRequest
from pacs_secure.settings import AETitle


class CalledAE(Control):
    """The called AE title must be ours."""

    name: ClassVar[str] = "called_ae"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.4", "PS3.5 6.2")
    stops: ClassVar[tuple[str, ...]] = (
        "unknown_called_ae",
        "guess_ae_titles",
        "called_title_case",
    )

    titles: tuple[AETitle, ...] = ()
    """The names this archive answers to."""

    def admit(self, request: AssociationRequest, ledger: Ledger) -> None:
        """Reject with (1,1,7) whoever calls another name."""
        if request.called_ae_title not in self.titles:
            raise called_ae_not_recognized(f"called AE title {request.called_ae_title!r}")
