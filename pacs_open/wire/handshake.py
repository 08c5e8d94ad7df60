"""The TLS handshake of a connection that came in: what it proves, or why it failed."""

import socket
import ssl
import time
from dataclasses import replace

from pacs_open.errors import PacsError
from pacs_open.values import Certificate, Peer


class HandshakeFailedError(PacsError):
    """TLS did not come about; ``has_alert``: the peer was told so."""

    def __init__(self, message: str, *, has_alert: bool) -> None:
        super().__init__(message)
        self.has_alert = has_alert


def wrap(sock: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """The same connection as one of TLS, on which nothing has been said yet.

    Raises:
        HandshakeFailedError: the peer is gone already.
    """
    try:
        return context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
    except (OSError, ValueError) as error:
        raise _failed(error) from error


def perform(sock: ssl.SSLSocket, peer: Peer, deadline: float) -> Peer:
    """Shake hands until ``deadline`` (monotonic); the peer with what that proved.

    Raises:
        HandshakeFailedError: it came to nothing.
    """
    try:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.do_handshake()
    except (OSError, ValueError) as error:
        raise _failed(error) from error
    der = sock.getpeercert(binary_form=True)
    cipher = sock.cipher()
    return replace(
        peer,
        certificate=Certificate(der) if der else None,
        tls_version=sock.version(),
        cipher=cipher[0] if cipher else None,
    )


def _failed(error: Exception) -> HandshakeFailedError:
    return HandshakeFailedError(_why(error), has_alert=isinstance(error, ssl.SSLError))


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: certificate not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or 'the peer closed in the middle'}"
    if isinstance(error, TimeoutError):
        return "TLS: the handshake took too long"
    return f"TLS: {getattr(error, 'strerror', None) or type(error).__name__}"
