"""Images, moved by a device that may move, to a place nobody entered.

Why it matters: a C-MOVE carries a title, not an address. The archive decides what the title
means, and an archive that guesses (and calls the requestor's own address) can be told to
deliver anywhere. A workstation that is broken into becomes a way out for the whole archive.

What it does: as an authorised peer that has the right to move, with every credential of its
own and the UIDs of one image, asks that it be sent to a title that is on no table, and listens
at the address where such a title would be called back. Yes only if a connection arrives.

What it cannot tell: whether the archive would call other addresses; we listen at one.

How to close it:

- here: `move_destinations` lists who may be sent to.
- Orthanc: destinations are looked up in `DicomModalities`: list no device that must not receive,
  and keep `DicomModalitiesInDatabase` false so that the REST interface cannot add one.
- DCMTK: destinations are looked up in `HostTable`: list no device that must not receive.
- dcm4chee: `dcmAcceptedMoveDestination` lists them; any configured AE is accepted where it is
  absent.
"""

import secrets

from lab.asking import need_peer
from lab.attempts import move_to_callback
from lab.probe import Answered, Severity, probe
from lab.scene import Scene, local_address


@probe(
    asks="Does a C-MOVE to a title that nobody entered make the archive call it?",
    holds=("client certificate", "both AE titles", "the right to C-MOVE", "UIDs of an image"),
    lacks=("a destination on the archive's table",),
    severity=Severity.HIGH,
    standard=("PS3.4 C.4.2.1.5 (A801H)",),
    fix="Move to a fixed table of destinations only.",
)
def move_outside_table(scene: Scene) -> Answered:
    """Ask that an image be sent where nobody is entered."""
    peer = need_peer(scene, may="move")
    target = scene.target(peer, local_address=local_address(12))
    return move_to_callback(scene, target, peer, f"NO{secrets.token_hex(5).upper()}")
