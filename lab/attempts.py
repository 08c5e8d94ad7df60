"""Listing, retrieving, moving and storing: asked by a stranger and by peers beyond their rights."""

import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from pydicom.dataset import Dataset

from lab.asking import (
    by,
    every_study,
    may_write,
    need_peer,
    need_wanted,
    one_instance,
    showed,
    was_stored,
)
from lab.conversation import SUCCESS, Conversation
from lab.delivery import Delivered, Receiver, Transfer
from lab.inbox import AddressTakenError, Inbox, server_context
from lab.marked import MarkedInstance, is_marked
from lab.probe import Answered, NotTestedError, Untold, no, unknown, yes
from lab.scene import Peer, Scene, Wanted
from lab.sop_classes import (
    CT,
    MR,
    PATIENT_ROOT_FIND,
    PATIENT_ROOT_GET,
    PATIENT_ROOT_MOVE,
    STORAGE,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
)
from lab.target import Target

GRACE = 0.5
"""Seconds that a connection of an archive may arrive after its C-MOVE was answered."""
REFUSED = frozenset({0x0122, 0x0124, 0xA801})
"""Statuses of a C-MOVE that say that nobody was called (PS3.4 C.4.2.1.5, PS3.7 C.5)."""
_TURNS: defaultdict[tuple[str, int], threading.Lock] = defaultdict(threading.Lock)
_ONE_CALLBACK = threading.Lock()
"""Where this machine has one loopback address only, two probes cannot listen at once."""


def list_records(target: Target, *, known_to_hold_some: bool) -> Answered:
    """List every study with universal matching (PS3.4 C.2.2.2.3): yes if a record comes back.

    0000H without a match is a no only where the archive is known to hold something.
    """
    with target.converse(STUDY_ROOT_FIND, PATIENT_ROOT_FIND) as talk:
        status, matches = talk.find(
            model_of(talk, STUDY_ROOT_FIND, PATIENT_ROOT_FIND), every_study()
        )
    if matches:
        return yes([*talk.evidence, showed(count_records(matches, at_least=talk.cut))])
    if status == SUCCESS and not known_to_hold_some:
        return unknown(Untold.UNCLEAR, talk.evidence, "no match: the archive may be empty")
    return by(talk)


def model_of(talk: Conversation, study_root: str, patient_root: str) -> str:
    """Study Root if the archive takes it, else Patient Root."""
    only_patient = patient_root in talk.accepted and study_root not in talk.accepted
    return patient_root if only_patient else study_root


def count_records(matches: Sequence[Dataset], *, at_least: bool = False) -> str:
    """How many patients and studies were listed; the marked ones apart."""
    ours = [match for match in matches if is_marked(str(match.get("PatientID", "")))]
    patients = {str(match.get("PatientID", "")) for match in matches if match not in ours}
    text = f"{len(patients)} patients with {len(matches) - len(ours)} studies were listed"
    text += ", where we stopped the archive" if at_least else ""
    return text + (f", and {len(ours)} marked ones" if ours else "")


def counted(some: Sized, noun: str) -> str:
    """How many there are of something, for evidence: ``1 image``, ``2 images``."""
    return f"{len(some)} {noun}{'' if len(some) == 1 else 's'}"


@dataclass
class Collected:
    """Instances that a C-GET delivered."""

    instances: list[Delivered] = field(default_factory=list)

    def receive(self, delivered: Delivered) -> int:
        """Take one more."""
        self.instances.append(delivered)
        return SUCCESS

    @property
    def text(self) -> str:
        """For evidence."""
        size = sum(len(one.data_set) for one in self.instances)
        return f"delivered: {counted(self.instances, 'image')}, {size:,} bytes"


def retrieve(target: Target, wanted: Wanted) -> tuple[Answered, Collected]:
    """C-GET one instance by its UIDs: yes if it is delivered."""
    collected = Collected()
    with target.converse(STUDY_ROOT_GET, PATIENT_ROOT_GET, receiving=STORAGE) as talk:
        model = model_of(talk, STUDY_ROOT_GET, PATIENT_ROOT_GET)
        talk.get(model, _identifier(model, wanted), collected.receive)
    if collected.instances:
        return yes([*talk.evidence, showed(collected.text)]), collected
    return by(talk), collected


def _identifier(model: str, wanted: Wanted) -> Dataset:
    ds = one_instance(wanted)
    if model in {PATIENT_ROOT_GET, PATIENT_ROOT_MOVE}:
        ds.PatientID = wanted.patient_id
    return ds


def move(target: Target, wanted: Wanted, destination: str) -> tuple[Conversation, Transfer]:
    """C-MOVE one instance to an AE title."""
    with target.converse(STUDY_ROOT_MOVE, PATIENT_ROOT_MOVE) as talk:
        model = model_of(talk, STUDY_ROOT_MOVE, PATIENT_ROOT_MOVE)
        transfer = talk.move(model, _identifier(model, wanted), destination)
    return talk, transfer


def move_to(
    inbox: Inbox, destination: str, ask: Callable[[], tuple[Conversation, Transfer]]
) -> Answered:
    """Yes if, and only if, a connection arrives at our listener."""
    talk, _ = ask()
    arrived = inbox.wait_for_arrival(GRACE)
    if arrived:
        said = f"a connection of the archive arrived at our listener for {destination}"
        images = f"delivered there: {counted(inbox.delivered, 'image')}"
        return yes([*talk.evidence, showed(said), showed(images)])
    answer = by(talk)
    nothing = showed(f"no connection arrived at our listener for {destination}")
    return no([*answer.evidence, nothing]) if answer.untold is None else answer


def deliver_to(scene: Scene, tls: ssl.SSLContext | None) -> Answered:
    """C-MOVE to an authorised destination, where a listener of ours shows ``tls``.

    Yes if the image is delivered there; a connection that ends in its handshake is none.
    """
    wanted = need_wanted(scene)
    peer = next((one for one in scene.peers.values() if one.listens_on and "move" in one.may), None)
    if peer is None:
        raise NotTestedError("no authorised peer that may move listens for C-MOVE")
    with inbox_in_place_of(peer, tls) as inbox:
        talk, _ = move(scene.target(peer), wanted, peer.ae_title)
        came = showed(f"arrived: {counted(inbox.arrivals, 'connection')} of the archive")
        if inbox.delivered:
            images = showed(f"delivered to our listener: {counted(inbox.delivered, 'image')}")
            return yes([*talk.evidence, came, images])
        answer = by(talk)
        return no([*answer.evidence, came]) if answer.untold is None else answer


def hide(scene: Scene) -> tuple[Peer, MarkedInstance]:
    """Store an image that one of the peers must not see; that peer, and the image."""
    may_write(scene)
    peer = next((one for one in scene.peers.values() if one.sees is not None), None)
    if peer is None or peer.sees is None or "MR" in peer.sees:
        raise NotTestedError("no authorised peer is at hand that may see some images and no MR")
    hidden = scene.marked.new(magnetic=True)
    with scene.target(need_peer(scene, may="store")).converse(storage=[MR]) as talk:
        if not was_stored(talk.store_bytes(hidden.part_10)):
            why = talk.evidence[-1].text if talk.evidence else "no answer"
            raise NotTestedError(f"the image to be hidden was not stored: {why}")
    return peer, hidden


def move_to_callback(scene: Scene, target: Target, peer: Peer, destination: str) -> Answered:
    """C-MOVE to a title outside the table, listening where such a title is called back."""
    if scene.callback_port is None and not scene.own:
        return _move_unheard(scene, target, destination)
    if scene.callback_port is None:
        raise NotTestedError("the port where unknown move destinations are called is not known")
    if scene.wanted is None:
        raise NotTestedError("no instance is known to be in the archive")
    wanted = scene.wanted
    address = (target.local_address or scene.listens_at, scene.callback_port)
    with _ONE_CALLBACK, open_inbox(address, destination, tls_of(peer)) as inbox:
        return move_to(inbox, destination, lambda: move(target, wanted, destination))


def _move_unheard(scene: Scene, target: Target, destination: str) -> Answered:
    """C-MOVE where we cannot listen: a refusal is a no, and nothing else can be told."""
    if scene.wanted is None:
        raise NotTestedError("no instance is known to be in the archive")
    talk, transfer = move(target, scene.wanted, destination)
    if transfer.status in {None, *REFUSED}:
        return by(talk)
    reason = (
        f"the archive answered {transfer.status:04X}H; whom it called meanwhile shows only where "
        "it would call (--callback-port)"
    )
    return unknown(Untold.NOT_TESTED, talk.evidence, reason)


def open_inbox(
    address: tuple[str, int],
    ae_title: str,
    tls: ssl.SSLContext | None,
    receive: Receiver | None = None,
) -> Inbox:
    """Listen, or say that the question cannot be asked."""
    try:
        return Inbox(address, ae_title, tls=tls, receive=receive)
    except AddressTakenError as error:
        raise NotTestedError(str(error)) from error


def inbox_of(scene: Scene, peer: Peer) -> AbstractContextManager[Inbox]:
    """The listener of an authorised move destination; both sides show certificates."""
    tls = None
    if peer.certificate is not None:
        tls = server_context(peer.certificate, peer.key, scene.trust)
    return inbox_in_place_of(peer, tls)


@contextmanager
def inbox_in_place_of(peer: Peer, tls: ssl.SSLContext | None) -> Iterator[Inbox]:
    """A listener where an authorised move destination is called, whatever it shows there.

    One question at a time listens at an address.
    """
    if peer.listens_on is None:
        raise NotTestedError(f"it is not known where {peer.ae_title} listens")
    with _TURNS[peer.listens_on], open_inbox(peer.listens_on, peer.ae_title, tls) as inbox:
        yield inbox


def tls_of(peer: Peer) -> ssl.SSLContext | None:
    """What a listener of this peer answers TLS with: its certificate, no question asked."""
    if peer.certificate is None:
        return None
    return server_context(peer.certificate, peer.key, None)


def store(target: Target, marked: MarkedInstance) -> Answered:
    """C-STORE a marked instance: yes if it is answered 0000H or Bxxx."""
    with target.converse(storage=[CT]) as talk:
        status = talk.store_bytes(marked.part_10)
    return yes(talk.evidence) if was_stored(status) else by(talk)
