"""A device sees its own patients, and not the whole archive.

Why it matters: in 2019 one question, "all studies, please", emptied an archive. Even a friend
hardly ever needs that answer: a reading room for mammograms has no business with the CT of the
emergency ward, and whoever took a workstation over should not get everybody's images with it.

What it demands: a calling AE title sees what it is entitled to: all (``everything``), or what
``patients`` (by Patient ID), ``studies`` (by Study Instance UID) and ``modalities`` leave of it;
a title in several of these tables sees what all of them allow. The same holds for C-FIND, C-GET
and C-MOVE: what a query hides, a UID does not fetch; and for Storage Commitment, where what is
hidden is reported as not there. A title in no table is answered 0124H
Refused: Not Authorized. A C-FIND gives at most ``limit`` matches; where there are more it ends
with A700H Refused: Out of Resources, whose Error Comment names the limit.

What it cannot do: prove the calling AE title (``node_identity`` does), or tell one person at a
device from the next (``user_identity`` does). It narrows by what the images say of themselves,
and a study of two modalities is found by both, each with its own series. The numbers of studies
and images that a match tells count what is archived, not what is seen.

How to set it (a title in no table sees nothing)::

    [controls.query_scope]
    limit = 500
    everything = ["WORKSTATION"]
    modalities = { MAMMO-READER = ["MG"] }
    patients = { TEACHING = ["TEST-1", "TEST-2"] }
    studies = {}
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from pacs_open.control import Control
from pacs_open.refusals import not_authorized
from pacs_open.values import Dimse, Query, Restriction
from pacs_secure.settings import AETitle


class QueryScope(Control):
    """Queries and retrievals within what is entitled to."""

    name: ClassVar[str] = "query_scope"
    standard: ClassVar[tuple[str, ...]] = ("PS3.4 C.4.1.1.4", "PS3.7 C.5")
    stops: ClassVar[tuple[str, ...]] = (
        "list_patients",
        "retrieve_images",
        "move_to_stranger",
        "find_beyond_scope",
        "get_beyond_scope",
        "move_beyond_scope",
        "universal_query",
    )

    limit: int = Field(default=500, ge=1)
    """Matches of one C-FIND."""
    everything: frozenset[AETitle] = frozenset()
    """Calling AE titles that see the whole archive."""
    patients: dict[AETitle, frozenset[str]] = Field(default_factory=dict)
    """Calling AE title to the only Patient IDs it sees."""
    studies: dict[AETitle, frozenset[str]] = Field(default_factory=dict)
    """Calling AE title to the only Study Instance UIDs it sees."""
    modalities: dict[AETitle, frozenset[str]] = Field(default_factory=dict)
    """Calling AE title to the only modalities whose series it sees."""

    def narrow(self, query: Query) -> Query:
        """The query within the title's scope; 0124H where it has none."""
        title = query.operation.request.calling_ae_title
        laid = tuple(
            Restriction(keyword, table[title])
            for keyword, table in self._tables().items()
            if title in table
        )
        if not laid and title not in self.everything:
            raise not_authorized(f"{title!r} has no scope")
        limit = query.limit
        if query.operation.service is Dimse.FIND:
            limit = self.limit if limit is None else min(limit, self.limit)
        return replace(query, restrictions=(*query.restrictions, *laid), limit=limit)

    def _tables(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Attribute of the index to the table that restricts it."""
        return {
            "PatientID": self.patients,
            "StudyInstanceUID": self.studies,
            "Modality": self.modalities,
        }
