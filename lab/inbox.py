"""A listening application entity of ours: what an archive sends to a move destination.

It notes every connection that arrives before a byte is read, which is what the question
"whom does this archive call?" turns on, and takes plaintext and TLS at the same address.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from lab.conversation import set_up_library
from lab.delivery import Delivered, Receiver, take
from lab.sop_classes import STORAGE, VERIFICATION
from lab.target import MAXIMUM_PDU, TRANSFER_SYNTAXES
from lab.transport import LargeSteps

TLS_HANDSHAKE = b"\x16"
"""First byte of a TLS record that begins a handshake (RFC 8446 5.1)."""
PATIENCE = 5.0
"""Seconds that a connection may take to say whether it speaks TLS."""
CLOSED = -1
"""File descriptor of a socket that was closed."""
POLL = 0.02


class AddressTakenError(Exception):
    """Somebody else listens where we must."""


@dataclass(frozen=True)
class Arrival:
    """A connection that an archive opened to us."""

    from_address: str
    tls: bool | None
    """None: it never said."""


def server_context(certificate: Path, key: Path | None, trust: Path | None) -> ssl.SSLContext:
    """TLS as a server; with ``trust`` the archive must show a certificate too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if trust is not None:
        context.load_verify_locations(cafile=str(trust))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Inbox:
    """A context manager that listens while it is open."""

    def __init__(
        self,
        address: tuple[str, int],
        ae_title: str,
        *,
        tls: ssl.SSLContext | None = None,
        tls_only: bool = False,
        receive: Receiver | None = None,
    ) -> None:
        set_up_library()
        self._news = threading.Condition()
        self._arrivals: list[Arrival] = []
        self._delivered: list[str] = []
        self._receive = receive
        ae = AE(ae_title)
        ae.maximum_pdu_size = MAXIMUM_PDU
        ae.add_supported_context(VERIFICATION, list(TRANSFER_SYNTAXES))
        for uid in STORAGE:
            ae.add_supported_context(uid, list(TRANSFER_SYNTAXES))
        handlers: list[Any] = [
            (evt.EVT_CONN_OPEN, _swift),
            (evt.EVT_C_STORE, self._stored),
            (evt.EVT_C_ECHO, lambda _event: 0x0000),
        ]
        try:
            self._server = _Server(
                ae, address, ae_title, ae.supported_contexts, None, evt_handlers=handlers
            )
        except OSError as error:
            where = f"{address[0]}:{address[1]}"
            raise AddressTakenError(f"we cannot listen on {where} ({error.strerror})") from error
        self._server.set_up(self._arrived, tls, tls_only=tls_only)

    @property
    def address(self) -> tuple[str, int]:
        """Where we listen."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """Connections that arrived, in order."""
        with self._news:
            return tuple(self._arrivals)

    @property
    def delivered(self) -> Sequence[str]:
        """SOP Instance UIDs that were delivered, in order."""
        with self._news:
            return tuple(self._delivered)

    def wait_for_arrival(self, seconds: float) -> bool:
        """Whether a connection has arrived, or does so in time."""
        with self._news:
            return self._news.wait_for(lambda: bool(self._arrivals), seconds)

    def wait_for_delivery(self, sop_instance_uid: str, seconds: float) -> bool:
        """Whether an instance has been delivered, or is in time."""
        with self._news:
            return self._news.wait_for(lambda: sop_instance_uid in self._delivered, seconds)

    def _arrived(self, from_address: str) -> Callable[[bool], None]:
        """Note an arrival at once; the returned function adds whether it spoke TLS."""
        with self._news:
            place = len(self._arrivals)
            self._arrivals.append(Arrival(from_address, None))
            self._news.notify_all()

        def spoke(tls: bool) -> None:  # noqa: FBT001 - told by one caller, below
            with self._news:
                self._arrivals[place] = Arrival(from_address, tls)

        return spoke

    def _stored(self, event: evt.Event) -> int:
        return take(event, self._keep)

    def _keep(self, delivered: Delivered) -> int:
        status = self._receive(delivered) if self._receive else 0x0000
        with self._news:
            self._delivered.append(delivered.sop_instance_uid)
            self._news.notify_all()
        return status

    def __enter__(self) -> Self:
        serve = threading.Thread(target=self._server.serve_forever, args=(POLL,), daemon=True)
        serve.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()


def _swift(event: evt.Event) -> None:
    """Let the association read in large steps, answer at once."""
    wire = event.assoc.dul.socket
    if wire is not None and wire.socket is not None:
        wire.__class__ = LargeSteps
        with contextlib.suppress(OSError):
            wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _Server(ThreadedAssociationServer):
    """pynetdicom's server; who connects is noted, and TLS begins only where it is spoken."""

    daemon_threads = True

    def set_up(
        self,
        arrived: Callable[[str], Callable[[bool], None]],
        tls: ssl.SSLContext | None,
        *,
        tls_only: bool,
    ) -> None:
        """Say whom to tell of connections, and what to answer TLS with."""
        self._arrived = arrived
        self._tls = tls
        self._tls_only = tls_only
        self._wrapped: list[ssl.SSLSocket] = []
        self._keeping = threading.Lock()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own: nothing an archive does here can hold up the next one."""
        spoke = self._arrived(str(client_address[0]))
        request.settimeout(PATIENCE)
        try:
            first = request.recv(1, socket.MSG_PEEK)
            if first:
                spoke(first == TLS_HANDSHAKE)
            if first == TLS_HANDSHAKE and self._tls is not None:
                request = self._keep(self._tls.wrap_socket(request, server_side=True))
        except OSError:
            first = b""
        speaks_tls = first == TLS_HANDSHAKE
        if not first or (speaks_tls and self._tls is None) or (self._tls_only and not speaks_tls):
            request.close()
            return
        RequestHandler(request, client_address, self)

    def _keep(self, wrapped: ssl.SSLSocket) -> ssl.SSLSocket:
        """Note what is open: pynetdicom may leave it so where the peer was faster to hang up."""
        with self._keeping:
            still_open = [one for one in self._wrapped if one.fileno() != CLOSED]
            self._wrapped = [*still_open, wrapped]
        return wrapped

    def close(self) -> None:
        """Stop listening and end what is still open."""
        self.ae._servers.append(self)  # noqa: SLF001 - its shutdown takes itself off this list
        self.shutdown()
        for association in self.active_associations:
            _abort(association)
        for sock in self._wrapped:
            sock.close()


def _abort(association: Association) -> None:
    with contextlib.suppress(Exception):  # it may have ended by itself meanwhile
        association.abort()
