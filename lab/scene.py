"""What a run has at hand: the archive's doors, its authorised peers, a stranger, an answer key.

A scene is made by an engine (for the lab's own archives) or from the command line (for any
other). Probes take everything they know from it.
"""

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from lab.manners import UNBOUNDED, Manners
from lab.marked import Marked
from lab.target import Door, Target
from lab.transcript import Chapter
from lab.user_identity import with_passcode
from sample_images.manifest import Manifest

SERVICES = ("echo", "store", "find", "get", "move")


@dataclass(frozen=True)
class Peer:
    """An application entity that we can be, with its credentials and its rights."""

    ae_title: str
    may: frozenset[str] = frozenset()
    """Services the owner of the archive grants it: echo, store, find, get, move."""
    certificate: Path | None = None
    """PEM: leaf and intermediates."""
    key: Path | None = None
    user: Path | None = None
    """Folder of the user who sits there, where the archive asks for one (lab.user_identity)."""
    sees: frozenset[str] | None = None
    """The only modalities whose series it is entitled to find and retrieve; None: all."""
    listens_on: tuple[str, int] | None = None
    """Where the archive's C-MOVE to this title arrives. The run opens that listener itself:
    nobody else may hold the address while the probes are put."""
    rights_known: bool = True
    """Whether ``may`` is what the owner means it to have; else it is only what it was served."""


@dataclass(frozen=True)
class Credential:
    """A certificate and its key, as PEM files."""

    certificate: Path
    """Leaf first, then intermediates."""
    key: Path

    @property
    def ends(self) -> datetime:
        """When the certificate is no longer valid; in whole seconds."""
        leaf = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        return leaf.not_valid_after_utc + timedelta(seconds=1)


@dataclass(frozen=True)
class Wanted:
    """One instance that is known to be in the archive, to ask for."""

    patient_id: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str


@dataclass(frozen=True)
class Scene:
    """One archive as the lab knows it. Seconds, and counts of associations."""

    name: str
    """For people: ``open``, ``secure``, a host name."""
    doors: tuple[Door, ...]
    """Addresses of the archive; probes go to the first, exposure is measured at all."""
    ae_title: str
    """The archive's right called AE title."""
    peers: Mapping[str, Peer] = field(default_factory=dict)
    """Authorised peers by role: ``modality``, ``workstation``, ``visitor``, ``reader``."""
    stranger: Peer = Peer("STRANGER")
    """Nobody the archive knows; at most a self-made certificate."""
    bare_doors: frozenset[Door] = frozenset()
    """Doors where the stranger comes further without a certificate: one that is shown must be
    good there, and none need be shown."""
    bad_certificates: Mapping[str, Credential] = field(default_factory=dict)
    """Certificates that the archive must refuse, by what is wrong with them
    (:mod:`lab.bad_certificates`)."""
    issue: Callable[[timedelta], Credential] | None = None
    """Makes a good certificate for the first of the peers that ends so soon; None where the
    authority is not at hand."""
    revoke: Callable[[Credential], None] | None = None
    """Puts what ``issue`` made on the archive's revocation list and has the archive read it, which
    takes a moment; None where that is not in our hands."""
    trust: Path | None = None
    """PEM of the CA that signed the archive's certificate, for our authorised peers."""
    server_name: str | None = None
    """The name the archive's certificate must carry; None: the door's host."""
    answer_key: Manifest | None = None
    callback_port: int | None = None
    """Where an archive that knows no better calls an unknown move destination back."""
    calls_from: str | None = None
    """A loopback address that we call from, unless a question brings its own; the run gives each
    question one, so that what an archive counts per address is never another question's."""
    listens_at: str = "127.0.0.1"
    """Our own address when we listen for that call: where the archive can reach us."""
    handshake_deadline: float = 10.0
    """The tight value that ``silent_connection`` asks about."""
    associations_per_peer: int = 20
    """The tight value that ``association_flood`` asks about."""
    silence: float = 60.0
    """Seconds an association may stay without a byte: the tight value."""
    pdu_deadline: float = 30.0
    """Seconds that a PDU may take: the tight value."""
    largest_message: int = 2 * 1024**3
    """Bytes of the largest instance that is taken: the tight value."""
    matches: int = 500
    """Matches of one query: the tight value."""
    refusals: int = 10
    """Rejections that are free before a peer has to wait: the tight value."""
    own: bool = True
    """Whether it is the lab's own archive: it may be written to and exhausted, and must serve
    its friends."""
    may_write: bool = False
    """Whether marked instances may be stored although it is not: its owner has allowed it."""
    stranger_asks: bool = False
    """Whether, where no authorised peer is known, a stranger puts the questions that need one:
    a yes is a yes; a no is worth only what the wire says of its cause."""
    more_titles: tuple[str, ...] = ()
    """Called AE titles to try beside the default ones: out of a conformance statement."""
    manners: Manners = UNBOUNDED
    wanted: Wanted | None = None
    """What retrieving probes ask for; the run sets it."""
    marked: Marked = field(default_factory=Marked)
    """The instances that this run stored or tried to store. They are never counted; the
    engine's ``reset``, or ``down`` where the lab ends with the run, removes them."""

    chapter: Chapter | None = None
    """Where what is said is written down; None: nowhere."""

    def about(self, subject: str) -> "Scene":
        """The same scene, for what one probe says."""
        if self.chapter is None:
            return self
        return replace(self, chapter=self.chapter.transcript.about(subject))

    @property
    def door(self) -> Door:
        """Where probes knock."""
        return self.doors[0]

    def find_peer(self, *, may: str = "echo", may_not: str | None = None) -> Peer | None:
        """First peer with one right and, where asked, without another; None if there is none."""
        for peer in self.peers.values():
            without = may_not is None or (peer.rights_known and may_not not in peer.may)
            if may in peer.may and without:
                return peer
        return None

    def target(self, peer: Peer, *, local_address: str | None = None) -> Target:
        """The archive as this authorised peer meets it: every credential in hand.

        In plaintext nothing is said of a user: who listens would have the passcode.
        """
        return Target(
            door=self.door,
            called_ae_title=self.ae_title,
            calling_ae_title=peer.ae_title,
            certificate=peer.certificate,
            key=peer.key,
            user=with_passcode(peer.user) if peer.user is not None and self.door.tls else None,
            trust=self.trust,
            server_name=self.server_name,
            local_address=self._callable_from(local_address),
            chapter=self.chapter,
            manners=self.manners,
        )

    @property
    def bare_stranger(self) -> Peer:
        """The stranger as he comes to this door: with his certificate where that does no harm."""
        if self.door not in self.bare_doors:
            return self.stranger
        return replace(self.stranger, certificate=None, key=None)

    def as_stranger(self, *, called: str = "ANY-SCP", local_address: str | None = None) -> Target:
        """The archive as nobody meets it: nothing that was issued, no trust of its certificate."""
        return Target(
            door=self.door,
            called_ae_title=called,
            calling_ae_title=self.stranger.ae_title,
            certificate=self.bare_stranger.certificate,
            key=self.bare_stranger.key,
            local_address=self._callable_from(local_address),
            chapter=self.chapter,
            manners=self.manners,
        )

    def _callable_from(self, local_address: str | None) -> str | None:
        """A loopback address leads to loopback only; elsewhere the system's choice is taken."""
        near = is_loopback(self.door.host) and ":" not in self.door.host
        return local_address or self.calls_from if near else None


def is_loopback(host: str) -> bool:
    """Whether a host is given as a loopback address; a name is never taken for one."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def local_address(number: int) -> str | None:
    """A loopback address of our own, 127.66.0.NUMBER, where the system lets us have one.

    Linux answers on all of 127.0.0.0/8; elsewhere only 127.0.0.1 is there, and None is given.
    """
    address = f"127.66.0.{number}"
    try:
        with socket.socket() as trial:
            trial.bind((address, 0))
    except OSError:
        return None
    return address
