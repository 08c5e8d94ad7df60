"""Where a C-MOVE sends to: a Move Destination is a title, and somebody must know its address.

The configured table of devices comes first. A title that is not in it is called back at the
requestor's own address, as the archives of 2019 did; a control may refuse that (``dial``).
"""

import re
from collections.abc import Iterable

from pacs_open.config import AE_TITLE_PATTERN, KnownPeer
from pacs_open.refusals import move_destination_unknown
from pacs_open.values import AssociationRequest, Destination, Operation


class Destinations:
    """Titles and addresses; ``callback_port`` None: only what stands in the table."""

    def __init__(self, peers: Iterable[KnownPeer], callback_port: int | None) -> None:
        self._known = {peer.ae_title: peer for peer in peers}
        self._callback_port = callback_port

    def of_reports(self, request: AssociationRequest) -> Destination | None:
        """Where a requestor awaits reports of Storage Commitment; None: on this association."""
        peer = self._known.get(request.calling_ae_title)
        if peer is None or peer.commitment == "same association":
            return None
        return _destination(peer)

    def find(self, operation: Operation) -> Destination:
        """The destination of a C-MOVE.

        Raises:
            DimseRefused: A801H, nobody knows the title (PS3.4 C.4.2.1.5).
        """
        title = operation.move_destination or ""
        if peer := self._known.get(title):
            return _destination(peer)
        if re.fullmatch(AE_TITLE_PATTERN, title) is None:
            raise move_destination_unknown("the Move Destination is no AE title")
        if self._callback_port is None:
            raise move_destination_unknown("the Move Destination is not among the peers")
        address = operation.request.peer.address
        return Destination(title, address, self._callback_port, known=False)


def _destination(peer: KnownPeer) -> Destination:
    return Destination(
        peer.ae_title, peer.host, peer.port, known=True, server_name=peer.server_name
    )
