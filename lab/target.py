"""An archive seen from outside, and who we are when we talk to it."""

import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext, build_context, build_role
from pynetdicom.transport import AddressInformation

from lab.conversation import Conversation, set_up_library
from lab.evidence import Evidence, Layer
from lab.manners import UNBOUNDED, Manners
from lab.sop_classes import VERIFICATION
from lab.transcript import Chapter, Page
from lab.transport import Replies, WireSocket, guard
from lab.user_identity import UserIdentity
from lab.wire import Reached, Record, client_context, connect_tcp, wrap_tls

MAXIMUM_PDU = 131072
"""Bytes of a P-DATA-TF that we announce (PS3.8 D.1)."""
TRANSFER_SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


@dataclass(frozen=True)
class Door:
    """An address of an archive, and whether TLS is expected there."""

    host: str
    port: int
    tls: bool = False
    retired: bool = False
    """Whether nothing but retired kinds of TLS is spoken there."""


@dataclass(frozen=True)
class Target:
    """Where to knock, whom to ask for, and as whom. Times in seconds."""

    door: Door
    called_ae_title: str
    calling_ae_title: str
    certificate: Path | None = None
    key: Path | None = None
    trust: Path | None = None
    """PEM of the CA that signs the archive; None: any certificate is taken, as a stranger would."""
    user: UserIdentity | None = None
    """Who sits at the device, where the archive asks for it."""
    server_name: str | None = None
    """The name its certificate must carry where ``trust`` is given; None: the host."""
    lax: bool = False
    """Whether we show a certificate however weak it is; see :func:`lab.wire.client_context`."""
    local_address: str | None = None
    """Address that we call from; None: whatever the system takes."""
    manners: Manners = UNBOUNDED
    chapter: Chapter | None = None
    """Where what is said is written down; None: nowhere."""

    def but(self, **changes: Any) -> "Target":
        """The same target with other fields."""
        return replace(self, **changes)

    def in_plaintext(self) -> "Target":
        """The same door without TLS, no certificate and no passcode, which is for TLS alone."""
        door = replace(self.door, tls=False)
        return self.but(door=door, certificate=None, key=None, user=None)

    @property
    def _tls_name(self) -> str:
        return self.server_name or self.door.host

    def _context(self) -> ssl.SSLContext | None:
        if not self.door.tls:
            return None
        return client_context(
            self.trust, self.certificate, self.key, lax=self.lax, retired=self.door.retired
        )

    @property
    def deadline(self) -> float:
        """Seconds for connecting, and for the answer to the A-ASSOCIATE-RQ."""
        return self.manners.deadline

    @property
    def _from_anywhere(self) -> str:
        """The address that means "whatever the system takes", of the door's own family."""
        return "::" if ":" in self.door.host else ""

    def connect(self, record: Record) -> socket.socket:
        """Open the network connection alone, TLS included; an OSError is noted and raised."""
        record.follow(self._page())
        self._wait_for_turn()
        sock = socket.socket(socket.AF_INET6 if ":" in self.door.host else socket.AF_INET)
        try:
            sock.settimeout(self.deadline)
            sock.bind((self.local_address or self._from_anywhere, 0))
            connect_tcp(sock, (self.door.host, self.door.port), record)
            context = self._context()
            if context is None:
                return sock
            shows = self.certificate is not None
            return wrap_tls(sock, context, self._tls_name, record, shows=shows)
        except OSError:
            sock.close()
            raise

    @contextlib.contextmanager
    def converse(
        self,
        *services: str,
        storage: Sequence[str] = (),
        receiving: Sequence[str] = (),
        syntaxes: Sequence[str] = TRANSFER_SYNTAXES,
    ) -> Iterator[Conversation]:
        """Ask for an association; it ends with the block, and may never have come about.

        Args:
            services: abstract syntaxes to propose beside Verification.
            storage: storage SOP classes that we want to send.
            receiving: storage SOP classes that we are ready to receive by C-GET.
            syntaxes: transfer syntaxes to propose for these classes.
        """
        set_up_library()
        self._wait_for_turn()
        record = Record(self._page())
        contexts = _contexts([VERIFICATION, *services], [*storage, *receiving], syntaxes)
        association = self._association(record, contexts, _roles(storage, receiving))
        conversation = Conversation(association, record, self.manners)
        try:
            association.request()
            if association.is_established:
                association.start()
            else:
                self._note_silence(record)
            yield conversation
        finally:
            conversation.end()

    def _page(self) -> Page | None:
        """A page of the transcript for one connection, where a transcript is kept."""
        if self.chapter is None:
            return None
        where = f"{self.door.host}:{self.door.port}{' with TLS' if self.door.tls else ''}"
        return self.chapter.open(f"{where}, as {self.calling_ae_title}")

    def _wait_for_turn(self) -> None:
        """Keep the pace that was agreed, if one was."""
        if self.manners.pace is not None:
            self.manners.pace.take()

    def _note_silence(self, record: Record) -> None:
        """No association, and nothing was seen that would say why: nobody answered."""
        silent = all(seen.code.startswith("TLSv") for seen in record.evidence)
        if silent and record.reached > Reached.NOTHING:
            text = f"no answer to our A-ASSOCIATE-RQ within {self.deadline:g} s"
            record.note(Evidence(Layer.ASSOCIATION, text, "silence"))

    def _association(
        self,
        record: Record,
        contexts: list[PresentationContext],
        roles: Sequence[SCP_SCU_RoleSelectionNegotiation],
    ) -> Association:
        """Put an association together as pynetdicom's ``AE.associate`` does, on our transport."""
        ae = AE(self.calling_ae_title)
        ae.acse_timeout, ae.connection_timeout = self.deadline, self.deadline
        ae.dimse_timeout = ae.network_timeout = self.manners.silence
        association = Association(ae, "requestor")
        association.dimse = Replies(association)
        guard(association.dul, record)
        local = AddressInformation(self.local_address or self._from_anywhere, 0)
        association.set_socket(
            WireSocket(
                association,
                local,
                record,
                context=self._context(),
                server_name=self._tls_name,
                shows=self.certificate is not None,
                manners=self.manners,
            )
        )
        asked, us = association.acceptor, association.requestor
        asked.ae_title = self.called_ae_title
        asked.address_info = _address_of(self.door)
        us.ae_title, us.address_info, us.maximum_length = ae.ae_title, local, MAXIMUM_PDU
        us.implementation_class_uid = ae.implementation_class_uid
        us.implementation_version_name = ae.implementation_version_name
        for role in roles:
            us.add_negotiation_item(role)
        if self.user is not None:
            us.add_negotiation_item(self.user.item())
        us.requested_contexts = contexts
        return association


class _Unresolved(AddressInformation):
    """An address whose name is not known now; connecting to it fails and says so."""

    @property
    def address(self) -> str:
        """The name."""
        return self._addr

    @address.setter
    def address(self, value: str) -> None:
        self._addr = value


def _address_of(door: Door) -> AddressInformation:
    """A door's address; pynetdicom looks names up before anybody could note that it failed."""
    try:
        return AddressInformation(door.host, door.port)
    except OSError:
        return _Unresolved(door.host, door.port)


def _contexts(
    services: Sequence[str], storage: Sequence[str], syntaxes: Sequence[str]
) -> list[PresentationContext]:
    """Presentation contexts with odd ids (PS3.8 9.3.2.2).

    A storage class gets a context for each transfer syntax: a stored object can be sent back
    unchanged only where its own syntax was accepted.
    """
    contexts = [build_context(uid, list(TRANSFER_SYNTAXES)) for uid in services]
    for uid in dict.fromkeys(storage):
        contexts += [build_context(uid, syntax) for syntax in syntaxes]
    for place, context in enumerate(contexts):
        context.context_id = 2 * place + 1
    return contexts


def _roles(
    storage: Sequence[str], receiving: Sequence[str]
) -> list[SCP_SCU_RoleSelectionNegotiation]:
    """SCP role for each class that the archive may send on our association (PS3.7 D.3.3.4)."""
    return [build_role(uid, scu_role=uid in storage, scp_role=True) for uid in receiving]
