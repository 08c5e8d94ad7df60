"""An image, replaced by another under the same UID.

Why it matters: an archive that replaces what it holds lets whoever may store change the past:
the image a diagnosis was made on is gone, and nothing tells. A SOP Instance UID names one
object for ever (PS3.5 9).

What it does: as an authorised peer that may store, stores a marked instance and then another
image under the same UIDs. Where a peer that may retrieve is at hand it fetches the instance and
looks which image came back, because some archives answer 0000H and keep the first.

What it cannot tell: whether an archive that replaces keeps the old image somewhere else.

How to close it:

- here: `no_overwrite` answers 0111H.
- Orthanc: `OverwriteInstances` false (the default) and `StoreMD5ForAttachments` true; note that
  the sender is told success all the same.
- DCMTK: neither `storescp` nor `dcmqrscp` can refuse it; `storescp +uf` gives whatever arrives a
  file of its own, so that the first one stays.
- dcm4chee: `dcmOverwritePolicy` NEVER, which is what an absent one means.
"""

from lab.asking import by, may_write, need_peer, showed, wanted_of, was_stored
from lab.attempts import retrieve
from lab.marked import MarkedInstance, repainted
from lab.probe import Answered, Severity, Untold, no, probe, unknown, yes
from lab.scene import Scene
from lab.sop_classes import CT


@probe(
    asks="Can a peer that may store replace an image that is there already?",
    holds=("client certificate", "both AE titles", "the right to C-STORE"),
    lacks=("the right to change what is archived",),
    severity=Severity.HIGH,
    standard=("PS3.7 C.4.2 (0111H)", "PS3.4 B.2.3", "PS3.5 9"),
    fix="Refuse an instance whose UID is archived with other content.",
    writes=True,
)
def overwrite_instance(scene: Scene) -> Answered:
    """Store twice under one UID, and look what is kept."""
    may_write(scene)
    first = scene.marked.new()
    second = repainted(first)
    with scene.target(need_peer(scene, may="store")).converse(storage=[CT]) as talk:
        if not was_stored(talk.store_bytes(first.part_10)):
            reason = "the first image was not stored, so that nothing could be replaced"
            return unknown(Untold.UNCLEAR, talk.evidence, reason)
        if not was_stored(talk.store_bytes(second.part_10)):
            return by(talk)
    kept = _kept(scene, first)
    if kept is None:
        return yes([*talk.evidence, showed("what is kept could not be looked at")])
    if second.pixels in kept:
        return yes([*talk.evidence, showed("the second image is what the archive now delivers")])
    return no([*talk.evidence, showed("the archive still delivers the first image")])


def _kept(scene: Scene, marked: MarkedInstance) -> bytes | None:
    """The data set that the archive delivers now; None if nobody at hand can fetch it."""
    reader = scene.find_peer(may="get")
    if reader is None:
        return None
    _, collected = retrieve(scene.target(reader), wanted_of(marked))
    return collected.instances[0].data_set if collected.instances else None
