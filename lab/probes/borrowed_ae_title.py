"""One device under another's name.

Why it matters: certificate trust and AE title are two things. Where they are checked apart,
any device with a valid certificate may claim any title on the list, and with it that device's
rights: the printer's certificate reads the archive as the workstation.

What it does: with the valid certificate of one authorised peer, associates under the AE title
of another, and asks for a C-ECHO. Where the port speaks plaintext it goes on in plaintext: the
question is whether this peer is served.

What it cannot tell: by which rule the archive binds titles to certificates.

How to close it:

- here: `node_identity` binds each title to a certificate.
- Orthanc: it has no such binding: a certificate of the CA may claim any title. Issue few
  certificates, set `DicomCheckModalityHost`, or put a gateway before it that checks both.
- DCMTK: no such binding either; one stunnel4 and one AE for each device bind them by hand
  (`checkHost`, or `verifyPeer` with that one certificate).
- dcm4chee: no such binding either; `dcmValidateCallingAEHostname` true binds a title to the host of
  its AE (absent: off). The trust store is one for the whole device, so that only a gateway before
  it can tell certificates apart.
"""

from lab.asking import is_served
from lab.probe import Answered, NotTestedError, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served that uses another peer's AE title with its own certificate?",
    holds=("valid client certificate", "called AE title", "calling AE title of another peer"),
    lacks=("the certificate that belongs to the calling AE title",),
    severity=Severity.HIGH,
    standard=("IHE ITI-19 3.19.6.1.3", "PS3.8 9.3.4 (1,1,3)"),
    fix="Bind each calling AE title to the certificates that may use it.",
)
def borrowed_ae_title(scene: Scene) -> Answered:
    """Claim the name of the first peer with the certificate of another."""
    first, *others = scene.peers.values() or (None,)
    if first is None or not others:
        raise NotTestedError("two authorised peers are needed: one to borrow the other's title")
    target = scene.target(others[-1]).but(calling_ae_title=first.ae_title)
    with target.converse() as talk:
        return is_served(talk)
