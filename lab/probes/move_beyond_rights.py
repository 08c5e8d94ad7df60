"""Images, moved by a device that may not move any.

Why it matters: who may say where images go decides who sees them. A device that only stores
has no business there, even where the destination itself is known.

What it does: as an authorised peer that has no right to move, with every credential of its
own and the UIDs of one image, asks by C-MOVE that it be sent to a destination on the archive's
own table, and listens there. Yes only if a connection arrives.

What it cannot tell: what the archive does with destinations that it does not know
(``move_outside_table``).

How to close it:

- here: `permissions` grants `move` to those that need it.
- Orthanc: the long form of `DicomModalities` with `AllowEcho`, `AllowFind`, `AllowMove` and
  `AllowStore` for each device; an `AllowStore` of false does nothing while
  `DicomAlwaysAllowStore` is true.
- DCMTK: `dcmqrscp` knows `R`, `W` and `RW` for an AE of `AETable` and the peers of it, no right
  per service: split the archive into AEs, one for senders, one for readers.
- dcm4chee: separate AEs with their own `dcmAcceptedCallingAETitle` and transfer capabilities: one
  that stores, one that is asked, and access control ids (`dcmAccessControlID`) for what each may
  see.
"""

from lab.asking import need_peer, need_wanted
from lab.attempts import inbox_of, move, move_to
from lab.probe import Answered, NotTestedError, Severity, probe
from lab.scene import Scene


@probe(
    asks="Does the C-MOVE of an authorised peer without the right to move send an image?",
    holds=("client certificate", "both AE titles", "UIDs of an image", "a known destination"),
    lacks=("the right to C-MOVE",),
    severity=Severity.HIGH,
    standard=("PS3.7 C.5.1 (0124H)", "PS3.4 C.4.2"),
    fix="Grant each device only the services it needs.",
)
def move_beyond_rights(scene: Scene) -> Answered:
    """Ask that an image be moved, as a device that may not."""
    target = scene.target(need_peer(scene, may_not="move"))
    wanted = need_wanted(scene)
    destination = next((peer for peer in scene.peers.values() if peer.listens_on), None)
    if destination is None:
        raise NotTestedError("no authorised peer listens for C-MOVE")
    with inbox_of(scene, destination) as inbox:
        title = destination.ae_title
        return move_to(inbox, title, lambda: move(target, wanted, title))
