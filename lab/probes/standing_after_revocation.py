"""An association that outlives the trust in its certificate.

Why it matters: many archives ask who a peer is when it comes, and keep the answer for as long as it
stays. An association may stand for days: a workstation that was revoked, or whose rights were
taken back, goes on listing and retrieving until somebody restarts the archive.

What it does: shows a certificate of the right CA, under both right AE titles, is served, and has
the certificate revoked; waits until a new session with it is refused, so that the archive is seen
to know; then asks for a C-ECHO on the association that stands, for two seconds. Where the port
speaks plaintext it goes on in plaintext: the question is whether this peer is served.

What it cannot tell: whether rights that are taken back without a revocation end at once, too; the
lab's archive looks at both, and its own tests prove it. An archive that knows each device's
certificate serves none that was made just now: a no there tells nothing of the devices it knows.

How to close it:

- here: `tls`, `calling_ae` and `node_identity` look at every association that stands when HUP has
  the archive read its settings anew, and abort those that may not remain.
- Orthanc: we found no key for it: restart it after a revocation, and keep `DicomScpTimeout` short,
  which ends associations that are silent.
- DCMTK: no option either; the process that `dcmqrscp --fork` (its default) made for an association
  has to be ended by hand.
- dcm4chee: we found no key for it: restart it after a revocation, and set `dcmIdleTimeout`, which
  ends associations that are silent.
"""

from lab import revoking
from lab.asking import by, is_served, need_peer, showed, speaks_tls
from lab.conversation import SUCCESS
from lab.probe import Answered, Severity, probe, yes
from lab.scene import Scene


@probe(
    asks="Does an association go on after its certificate was revoked?",
    holds=("both AE titles", "association of a client certificate of the right CA"),
    lacks=("a certificate that is not revoked",),
    severity=Severity.MEDIUM,
    standard=("RFC 5280 6.3", "IHE ITI-19"),
    fix="When a new revocation list comes, look at the associations that stand, too.",
    brief=revoking.LASTS,
)
def standing_after_revocation(scene: Scene) -> Answered:
    """Come as a good device, and stay as a revoked one."""
    target = scene.target(need_peer(scene))
    speaks_tls(scene)
    if not scene.door.tls:
        with target.converse() as talk:
            return is_served(talk)
    shown, revoke = revoking.issue(scene)
    with target.but(certificate=shown.certificate, key=shown.key, lax=True).converse() as talk:
        if talk.echo() != SUCCESS:
            return by(talk)
        revoke()
        if not revoking.is_known(target, shown):
            return yes([*talk.evidence, showed("revoked, it was served in a new session, too")])
        if revoking.goes_on(lambda: talk.echo() == SUCCESS):
            return yes([*talk.evidence, showed("it was revoked, and is served on")])
        return by(talk)
