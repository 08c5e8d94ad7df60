"""A peer must give a name that the clinic knows.

Why it matters: an archive that admits any calling AE title serves every laptop in the network
and every scanner on the Internet. A list of the devices that have business here is the
smallest inventory a clinic can keep.

What it demands: the calling AE title of the A-ASSOCIATE-RQ is one of ``titles``, compared
exactly; case counts, outer spaces do not (PS3.5 6.2). Otherwise the association is rejected
with calling-AE-title-not-recognized (1,1,3).

What it cannot do: prove the name. Anybody may claim any title; only ``node_identity`` binds it
to a certificate. Without that this control keeps out the careless, not the determined.

How to set it (no title: nobody is admitted)::

    [controls.calling_ae]
    titles = ["MODALITY", "WORKSTATION"]
"""

from typing import ClassVar

from pacs_open.control import Control
from pacs_open.ledger import Ledger
from pacs_open.refusals import ConnectionDropped, calling_ae_not_recognized
from pacs_open.values import AssociationRequest
from pacs_secure.settings import AETitle


class CallingAE(Control):
    """The calling AE title must be on the list."""

    name: ClassVar[str] = "calling_ae"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.4", "PS3.5 6.2")
    stops: ClassVar[tuple[str, ...]] = (
        "unknown_calling_ae",
        "list_patients",
        "retrieve_images",
        "move_to_stranger",
        "store_by_stranger",
        "calling_title_case",
    )

    titles: tuple[AETitle, ...] = ()
    """The devices that may open an association."""

    def admit(self, request: AssociationRequest, ledger: Ledger) -> None:
        """Reject with (1,1,3) whoever is not on the list."""
        if request.calling_ae_title not in self.titles:
            raise calling_ae_not_recognized(f"calling AE title {request.calling_ae_title!r}")

    def remain(self, request: AssociationRequest) -> None:
        """Send away whose title was taken off the list."""
        if request.calling_ae_title not in self.titles:
            raise ConnectionDropped(f"calling AE title {request.calling_ae_title!r} is gone")
