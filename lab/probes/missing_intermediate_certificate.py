"""A certificate without the step in between.

Why it matters: an archive that is content with a certificate whose issuer it does not know has not
verified a chain. More often the other way round: devices are set up without the intermediate's
certificate, nothing works, and somebody switches verification off.

What it does: with both right AE titles of an authorised peer and a certificate of the right CA,
but without the intermediate's that signed it, asks for a C-ECHO. Where the port speaks plaintext
it goes on in plaintext: the question is whether this peer is served.

What it cannot tell: whether the archive holds the intermediate's certificate itself; then to serve
this peer is sound, and a yes elsewhere than in the lab calls for a look at its trust store. (This
lab's archive trusts its root only.)
"""

from lab import closing
from lab.asking import is_served_with
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose chain lacks the intermediate that signed it?",
    holds=("both AE titles", "client certificate of the right CA, alone"),
    lacks=("the certificate of the intermediate CA",),
    severity=Severity.LOW,
    standard=("RFC 5280 6", "RFC 8446 4.4.2"),
    fix="Verify a whole chain up to the root; give devices the full chain.",
    closing=closing.CERTIFICATES,
    causes=(Cause.CERTIFICATE,),
)
def missing_intermediate_certificate(scene: Scene) -> Answered:
    """Come with a certificate of this kind."""
    return is_served_with(scene, "missing_intermediate")
