"""A device may do what its task needs, and nothing else.

Why it matters: a modality stores images; it has no reason to list all patients. A device that
was taken over, or a vendor's remote service, can then do only what the device could do.

What it demands: the DIMSE service of each request is among the ``rights`` of the calling AE
title. Otherwise the request is answered 0124H Refused: Not Authorized (PS3.7 Annex C), the
association stays.

What it cannot do: prove the calling AE title (``node_identity`` does), or distinguish one
person at a workstation from the next, or one patient's images from another's.

How to set it (a title without an entry has no right; the services are echo, store, find, get
and move)::

    [controls.permissions]
    rights = { MODALITY = ["echo", "store"], WORKSTATION = ["echo", "find", "get", "move"] }
"""

from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.refusals import not_authorized
from pacs_open.values import Dimse, Operation
from pacs_secure.settings import AETitle


class Permissions(Control):
    """Each service needs a right of the calling AE title."""

    name: ClassVar[str] = "permissions"
    standard: ClassVar[tuple[str, ...]] = ("PS3.7 C.5", "PS3.4 C.4")
    stops: ClassVar[tuple[str, ...]] = (
        "unknown_calling_ae",
        "list_patients",
        "retrieve_images",
        "move_to_stranger",
        "store_by_stranger",
        "list_beyond_rights",
        "retrieve_beyond_rights",
        "move_beyond_rights",
        "store_beyond_rights",
        "calling_title_case",
    )

    rights: dict[AETitle, frozenset[Dimse]] = Field(default_factory=dict)
    """Calling AE title to the DIMSE services it may use."""

    def permit(self, operation: Operation) -> None:
        """Answer 0124H to a service that is not among the peer's rights."""
        title = operation.request.calling_ae_title
        if operation.service not in self.rights.get(title, frozenset()):
            raise not_authorized(f"{title!r} has no right to {operation.service}")
