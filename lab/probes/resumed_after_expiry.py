"""A session that outlives its certificate.

Why it matters: TLS sessions can be taken up again without another look at the certificate. What was
asked of it when the session began is not asked again: a device that was revoked at noon, or whose
certificate ended, goes on until its session does, and each resumption begins a new one.

What it does: shows a certificate of the right CA that is good for a few seconds, under both right
AE titles; waits until it has ended; then takes the session up again and asks for an association.
Where the port speaks plaintext it goes on in plaintext: the question is whether this peer is
served.

What it cannot tell: whether a session is ended by a new revocation list as it is by a date
(``resumed_after_revocation`` asks that). An archive that knows each device's certificate serves
none that was made just now: a no there tells nothing of the sessions of the devices it knows.
"""

import time
from datetime import UTC, datetime, timedelta

from lab import closing
from lab.asking import is_served, need_peer, never_served, refusal, speaks_tls
from lab.probe import Answered, NotTestedError, Severity, no, probe, yes
from lab.resumption import Caller, NeverServedError
from lab.scene import Credential, Scene
from lab.wire import Record

LASTS = timedelta(seconds=3)


@probe(
    asks="Is a session taken up again after its certificate has ended?",
    holds=("both AE titles", "client certificate of the right CA that ends in a moment"),
    lacks=("a certificate that is valid now",),
    severity=Severity.MEDIUM,
    standard=("RFC 8446 2.2", "RFC 5280 6.1.3", "RFC 9325 3.4"),
    fix="Look at the certificate of a resumed session again, or resume none.",
    closing=closing.CERTIFICATES,
    brief=LASTS,
)
def resumed_after_expiry(scene: Scene) -> Answered:
    """Begin in time, and go on too late."""
    target = scene.target(need_peer(scene))
    speaks_tls(scene)
    if not scene.door.tls:
        with target.converse() as talk:
            return is_served(talk)
    if scene.issue is None:
        raise NotTestedError("the authority is not at hand that would issue a certificate")
    shown, record = scene.issue(LASTS), Record()
    caller = Caller(target, shown, record)
    try:
        session = caller.begin()
        _outlive(shown)
        heard = caller.call(session)
    except NeverServedError:
        return never_served(record, shown)
    except OSError:
        return refusal(record)
    return (yes if heard.accepted else no)(record.evidence)


def _outlive(shown: Credential) -> None:
    """Wait until the certificate has ended."""
    time.sleep(max((shown.ends - datetime.now(UTC)).total_seconds(), 0.0))
