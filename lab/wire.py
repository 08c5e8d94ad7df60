"""The network connection below an association: opened, watched and written down exactly.

TCP refusals, TLS alerts and who closed are kept as evidence. After a TLS 1.3 handshake we read
once before we believe in it: the refusal of a client certificate arrives only then.
"""

import contextlib
import functools
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path

from lab.evidence import Evidence, Layer, alert, printable
from lab.transcript import Page

SETTLE = 0.2
"""Seconds to wait, after a TLS 1.3 handshake, for tickets or for the alert that undoes it."""


class Reached(IntEnum):
    """How far a connection came."""

    NOTHING = 0
    TCP = 1
    TLS = 2
    DICOM = 3
    """Any well-formed upper layer PDU came back."""
    ASSOCIATED = 4
    SERVED = 5
    """A C-ECHO was answered 0000H."""


class Record:
    """What one connection showed, in order; thread-safe."""

    def __init__(self, page: Page | None = None) -> None:
        self._lock = threading.Lock()
        self._page = page
        self._evidence: list[Evidence] = []
        self.reached = Reached.NOTHING
        self.leaving = False
        """Set when we end the connection ourselves, so that its end is no evidence."""
        self.over = False
        """Set when the connection has failed, or the other end has ended it."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Everything seen so far."""
        with self._lock:
            return tuple(self._evidence)

    def note(self, seen: Evidence) -> None:
        """Write down something seen; the same thing twice in a row once."""
        with self._lock:
            if self._evidence and self._evidence[-1] == seen:
                return
            self._evidence.append(seen)
        if self._page is not None:
            self._page.line(f"({seen.layer}) {seen.text}")

    def follow(self, page: Page | None) -> None:
        """Write what comes on this page too, unless there is one already."""
        self._page = self._page or page

    def said(self, chunk: bytes | bytearray) -> None:
        """What we send on an association goes into the transcript, where one is kept."""
        if self._page is not None:
            self._page.said(chunk)

    def heard(self, chunk: bytes | bytearray) -> None:
        """And what we receive."""
        if self._page is not None:
            self._page.heard(chunk)

    def rise(self, reached: Reached) -> None:
        """Note that we came this far."""
        self.reached = max(self.reached, reached)


def client_context(
    trust: Path | None,
    certificate: Path | None,
    key: Path | None,
    *,
    lax: bool = False,
    retired: bool = False,
) -> ssl.SSLContext:
    """TLS as a client: 1.2 or later; without ``trust`` any certificate of the archive is taken.

    ``lax`` takes from OpenSSL the say in how weak a certificate of ours may be: whether it is
    too weak is for the archive to say. ``retired`` follows an archive to what it has, however
    old: else nothing behind it could be asked. Files are read anew only if they have changed.
    """
    files = tuple((path, path.stat().st_mtime_ns) for path in (trust, certificate, key) if path)
    return _read_once(trust, certificate, key, files, lax=lax, retired=retired)


@functools.lru_cache(maxsize=128)
def _read_once(
    trust: Path | None,
    certificate: Path | None,
    key: Path | None,
    _files: tuple[tuple[Path, int], ...],
    *,
    lax: bool,
    retired: bool,
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if retired:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
    elif lax:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if trust is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cafile=str(trust))
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


def connect_tcp(sock: socket.socket, address: tuple[str, int], record: Record) -> None:
    """Connect; an OSError is noted and raised."""
    where = f"{address[0]}:{address[1]}"
    try:
        sock.connect(address)
    except ConnectionRefusedError:
        record.note(Evidence(Layer.TCP, f"connection to {where} refused", "refused"))
        raise
    except TimeoutError:
        record.note(Evidence(Layer.TCP, f"no answer from {where}", "timeout"))
        raise
    except OSError as error:
        text = f"{where} cannot be reached ({error.strerror or type(error).__name__})"
        record.note(Evidence(Layer.TCP, text, "unreachable"))
        raise
    with contextlib.suppress(OSError):  # speed only
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    record.rise(Reached.TCP)


def wrap_tls(
    sock: socket.socket,
    context: ssl.SSLContext,
    server_name: str,
    record: Record,
    *,
    shows: bool,
    session: ssl.SSLSession | None = None,
) -> ssl.SSLSocket:
    """Shake hands, then wait for what a TLS 1.3 server says after it; an OSError is noted.

    ``shows``: whether the context has a certificate of ours to show. ``session``: one of earlier,
    to be taken up again.
    """
    with noting(record, "during the TLS handshake"):
        wrapped = context.wrap_socket(sock, server_hostname=server_name, session=session)
    version, cipher = wrapped.version(), (wrapped.cipher() or ("?",))[0]
    sent = "with" if shows else "without"
    text = f"{version} handshake completed, {cipher}, {sent} a certificate of ours"
    record.note(Evidence(Layer.TLS, text, str(version)))
    if version == "TLSv1.3":
        try:
            with noting(record, "right after the TLS handshake"):
                _settle(wrapped, record)
        except OSError:
            wrapped.close()
            raise
    record.rise(Reached.TLS)
    return wrapped


def _settle(wrapped: ssl.SSLSocket, record: Record) -> None:
    """Read what the server makes of our certificate: tickets (let in), an alert, or the end."""
    ready, _, _ = select.select([wrapped], [], [], SETTLE)
    if not ready:
        return
    before = wrapped.gettimeout()
    wrapped.settimeout(0)
    try:
        spoken = wrapped.recv(1)
    except ssl.SSLWantReadError:
        return
    finally:
        wrapped.settimeout(before)
    if spoken:
        record.note(Evidence(Layer.TLS, "the archive spoke before it was asked", "unexpected"))
    raise ConnectionResetError


@contextlib.contextmanager
def noting(record: Record, when: str) -> Iterator[None]:
    """Write down why the connection failed, and raise it on."""
    try:
        yield
    except OSError as error:
        record.over = True
        if not record.leaving:
            record.note(explain(error, when))
        raise


def explain(error: OSError, when: str) -> Evidence:
    """Put a failure of an open connection in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        text = f"we refused the archive's certificate: {error.verify_message}"
        return Evidence(Layer.TLS, text, "untrusted")
    if isinstance(error, ssl.SSLEOFError):
        return Evidence(Layer.TCP, f"the archive closed the connection {when}", "closed")
    if isinstance(error, ssl.SSLError):
        said = alert(error.reason or "")
        reason = printable(str(error.reason or error))
        return said or Evidence(Layer.TLS, f"TLS failed {when}: {reason}", "tls")
    if isinstance(error, TimeoutError):
        return Evidence(Layer.TCP, f"silence {when}", "timeout")
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return Evidence(Layer.TCP, f"the archive reset or closed the connection {when}", "reset")
    text = f"the connection failed {when} ({error.strerror or error})"
    return Evidence(Layer.TCP, text, "failed")
