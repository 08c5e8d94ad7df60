"""What a device has no right to is not even negotiated.

Why it matters: every presentation context an archive accepts is a door: a parser to feed, a
service to ask. A modality that stores CT images needs two or three contexts; an archive that
accepts a hundred and seventy tells everybody what it can do and takes whatever comes.

What it demands: the abstract syntax belongs to a service that ``services`` lists for the
calling AE title. Storage contexts of a title are further bounded by ``storage_classes`` where
it has an entry there; private SOP classes are accepted only where that entry names them.
A title with get but without store is offered storage contexts only beside a C-GET context,
because C-GET returns the images through them (PS3.4 C.5.1). The rest is answered
user-rejection (1) in its context (PS3.8 9.3.3.2); the association stays.

What it cannot do: refuse a C-STORE on a storage context that was negotiated for C-GET
(``permissions`` does), or prove the calling AE title (``node_identity`` does).

How to set it (a title without an entry gets no context; SOP classes by keyword or UID)::

    [controls.presentation_contexts]
    services = { MODALITY = ["echo", "store"], WORKSTATION = ["echo", "find", "get", "move"] }
    storage_classes = { MODALITY = ["CTImageStorage", "MRImageStorage"] }
"""

from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.refusals import ContextRejected
from pacs_open.values import AssociationRequest, Dimse, PresentationContext
from pacs_secure.settings import AETitle
from pacs_secure.sop_classes import SOPClass, service_of


class PresentationContexts(Control):
    """Contexts only for what a device needs."""

    name: ClassVar[str] = "presentation_contexts"
    standard: ClassVar[tuple[str, ...]] = ("PS3.8 9.3.3.2", "PS3.4 C.5.1")
    stops: ClassVar[tuple[str, ...]] = (
        "unneeded_contexts",
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

    services: dict[AETitle, frozenset[Dimse]] = Field(default_factory=dict)
    """Calling AE title to the DIMSE services it needs contexts for."""
    storage_classes: dict[AETitle, frozenset[SOPClass]] = Field(default_factory=dict)
    """Calling AE title to the only storage SOP classes it needs; no entry: all of PS3.4."""

    def choose(self, request: AssociationRequest, context: PresentationContext) -> None:
        """Reject a context that the calling AE title does not need."""
        title, sop_class = request.calling_ae_title, context.abstract_syntax
        needed = self.services.get(title, frozenset())
        classes = self.storage_classes.get(title)
        service = service_of(sop_class)
        if service in {None, Dimse.STORE}:
            listed = sop_class in classes if classes is not None else service is Dimse.STORE
            wanted = listed and (Dimse.STORE in needed or self._for_get(request, needed))
        else:
            wanted = service in needed
        if not wanted:
            raise ContextRejected(f"{title!r} needs no context for {sop_class!r}")

    @staticmethod
    def _for_get(request: AssociationRequest, needed: frozenset[Dimse]) -> bool:
        """Whether storage contexts are wanted for the images that a C-GET returns."""
        return Dimse.GET in needed and any(
            service_of(context.abstract_syntax) is Dimse.GET for context in request.contexts
        )
