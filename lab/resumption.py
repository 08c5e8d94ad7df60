"""TLS sessions that are taken up again (RFC 8446 2.2, RFC 5077), and what is asked of them then.

Who resumes a session shows no certificate again, and most TLS libraries do not look at the one
they saw before: not at its dates, not at a new revocation list.
"""

import socket
import ssl
from dataclasses import dataclass

from lab.evidence import Evidence, Layer
from lab.raw_messages import associate_rq
from lab.scene import Credential
from lab.sop_classes import VERIFICATION
from lab.target import Target
from lab.wire import Record, client_context, noting, wrap_tls

ACCEPTED = b"\x02"
"""Type of an A-ASSOCIATE-AC (PS3.8 9.3.3)."""


@dataclass(frozen=True)
class Heard:
    """What one connection brought."""

    first: bytes
    """First byte of the answer to our A-ASSOCIATE-RQ."""
    session: ssl.SSLSession | None
    resumed: bool

    @property
    def accepted(self) -> bool:
        """Whether that was an association."""
        return self.first == ACCEPTED


class NeverServedError(Exception):
    """There is no session to take up again: we were served in none."""


class Caller:
    """Calls an archive with one certificate, and keeps its sessions."""

    def __init__(self, target: Target, shown: Credential, record: Record) -> None:
        self._target = target
        self._record = record
        self._context = client_context(target.trust, shown.certificate, shown.key, lax=True)

    def begin(self) -> ssl.SSLSession | None:
        """A session in which an association was accepted.

        Raises:
            NeverServedError: none was; the record says what came instead.
        """
        try:
            heard = self.call()
        except OSError as error:
            raise NeverServedError from error
        if not heard.accepted:
            raise NeverServedError
        return heard.session

    def call(self, session: ssl.SSLSession | None = None) -> Heard:
        """Ask for an association, in a new session or in an old one.

        Raises:
            OSError: it ended; the record says how.
        """
        target, record = self._target, self._record
        sock: socket.socket = target.in_plaintext().connect(record)
        with sock:
            wrapped = wrap_tls(
                sock,
                self._context,
                target.server_name or target.door.host,
                record,
                shows=True,
                session=session,
            )
            with wrapped, noting(record, "on our request"):
                titles = target.called_ae_title.encode(), target.calling_ae_title.encode()
                wrapped.sendall(associate_rq(*titles, VERIFICATION))
                first = wrapped.recv(1)  # tickets of TLS 1.3 come before it
                heard = Heard(first, wrapped.session, bool(wrapped.session_reused))
        text = f"the session was {'resumed' if heard.resumed else 'a new one'}; the answer begins "
        record.note(Evidence(Layer.TLS, f"{text}with {heard.first.hex() or 'nothing'}"))
        return heard
