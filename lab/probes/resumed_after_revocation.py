"""A session that outlives the trust in its certificate.

Why it matters: a stolen device is revoked, and every new connection of its is refused. Its TLS
session it can take up again: most TLS libraries, OpenSSL among them, look at no revocation list
then, in TLS 1.2 as in 1.3. Who resumes in time goes on as if nothing had been revoked, and each
resumption begins the time anew.

What it does: shows a certificate of the right CA, under both right AE titles, and keeps the
session; has the certificate revoked; waits until a new session with it is refused, so that the
archive is seen to know; then takes the old session up again and asks for an association, for two
seconds, since an archive's workers learn one after the other. Who is still served in a new session
was never revoked in truth: that is a yes, too. Where the port speaks plaintext it goes on in
plaintext: the question is whether this peer is served.

What it cannot tell: how the archive learns of a new list, and how soon in daily life. An archive
that knows each device's certificate serves none that was made just now: a no there tells nothing of
the sessions of the devices it knows.
"""

from lab import closing, revoking
from lab.asking import is_served, need_peer, never_served, refusal, showed, speaks_tls
from lab.probe import Answered, Severity, probe, yes
from lab.resumption import Caller, NeverServedError
from lab.scene import Scene
from lab.wire import Record


@probe(
    asks="Is a session taken up again after its certificate was revoked?",
    holds=("both AE titles", "session of a client certificate of the right CA"),
    lacks=("a certificate that is not revoked",),
    severity=Severity.HIGH,
    standard=("RFC 8446 2.2", "RFC 5280 6.3", "RFC 9325 3.4", "IHE ITI-19"),
    fix="Look at the certificate of a resumed session again, or resume none.",
    closing=closing.CERTIFICATES,
    brief=revoking.LASTS,
)
def resumed_after_revocation(scene: Scene) -> Answered:
    """Begin as a good device, and go on as a revoked one."""
    target = scene.target(need_peer(scene))
    speaks_tls(scene)
    if not scene.door.tls:
        with target.converse() as talk:
            return is_served(talk)
    shown, revoke = revoking.issue(scene)
    record = Record()
    caller = Caller(target, shown, record)
    try:
        session = caller.begin()
        revoke()
        if not revoking.is_known(target, shown):
            return yes([*record.evidence, showed("revoked, it was served in a new session, too")])
        record.note(showed("it was revoked: a new session with it is refused"))
        resumes = revoking.goes_on(lambda: caller.call(session).accepted)
    except NeverServedError:
        return never_served(record, shown)
    except OSError:
        return refusal(record)
    return yes(record.evidence) if resumes else refusal(record)
