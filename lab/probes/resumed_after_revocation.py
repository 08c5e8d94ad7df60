"""A session that outlives the trust in its certificate.

Why it matters: a stolen device is revoked, and every new connection of its is refused. Its TLS
session it can take up again: most TLS libraries, OpenSSL among them, look at no revocation list
then, in TLS 1.2 as in 1.3. Who resumes in time goes on as if nothing had been revoked, and each
resumption begins the time anew.

What it does: shows a certificate of the right CA, under both right AE titles, and keeps the
session; has the certificate revoked; waits until a new session with it is refused, so that the
archive is seen to know; then takes the old session up again and asks for an association. Who is
still served in a new session after some seconds was never revoked in truth: that is a yes, too.
Where the port speaks plaintext it goes on in plaintext: the question is whether this peer is
served.

What it cannot tell: how the archive learns of a new list, and how soon in daily life; whether a
session is kept that an archive keeps in a place of its own, for longer than the question lasts.
"""

import time
from datetime import timedelta

from lab import closing
from lab.asking import is_served, need_peer, refusal, showed
from lab.probe import Answered, NotTestedError, Severity, probe, yes
from lab.resumption import Caller
from lab.scene import Scene
from lab.wire import Record

LASTS = timedelta(minutes=10)
EFFECTIVE_WITHIN = 10.0
"""Seconds after which a revocation that no new session meets is none."""
PAUSE = 0.1


@probe(
    asks="Is a session taken up again after its certificate was revoked?",
    holds=("both AE titles", "session of a client certificate of the right CA"),
    lacks=("a certificate that is not revoked",),
    severity=Severity.HIGH,
    standard=("RFC 8446 2.2", "RFC 5280 6.3", "RFC 9325 3.4", "IHE ITI-19"),
    fix="Look at the certificate of a resumed session again, or resume none.",
    closing=closing.CERTIFICATES,
)
def resumed_after_revocation(scene: Scene) -> Answered:
    """Begin as a good device, and go on as a revoked one."""
    target = scene.target(need_peer(scene))
    if not scene.door.tls:
        with target.converse() as talk:
            return is_served(talk)
    if scene.issue is None or scene.revoke is None:
        raise NotTestedError("the authority is not at hand that would revoke a certificate")
    shown, record = scene.issue(LASTS), Record()
    caller = Caller(target, shown, record)
    try:
        session = caller.call().session
    except OSError:
        return refusal(record)
    scene.revoke(shown)
    if not _is_refused_anew(Caller(target, shown, newly := Record())):
        seconds = f"{EFFECTIVE_WITHIN:.0f} s after it was revoked"
        return yes([*newly.evidence[-1:], showed(f"a new session was still served {seconds}")])
    record.note(showed("it was revoked: a new session with it is refused"))
    try:
        heard = caller.call(session)
    except OSError:
        return refusal(record)
    return yes(record.evidence) if heard.accepted else refusal(record)


def _is_refused_anew(caller: Caller) -> bool:
    """Whether the archive comes to know of the revocation in time."""
    deadline = time.monotonic() + EFFECTIVE_WITHIN
    while time.monotonic() < deadline:
        try:
            if not caller.call().accepted:
                return True
        except OSError:
            return True
        time.sleep(PAUSE)
    return False
