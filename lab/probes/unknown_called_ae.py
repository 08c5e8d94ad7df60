"""An association addressed to somebody else.

Why it matters: the called AE title is the name on the archive's door. An archive that answers
to any name cannot be missed by a scan: of the 3,627 DICOM servers counted at the end of 2025,
99.56 % did no AE title validation. The name is no secret (vendors print it in conformance
statements), so checking it keeps out the careless, not the determined.

What it does: associates as an authorised peer, with its certificate and its own AE title, but
calls a title made up at random, and asks for a C-ECHO.

What it cannot tell: whether the right title would have been hard to guess (``guess_ae_titles``
asks that), or whether the archive compares titles without case.

How to close it:

- here: `called_ae` with the archive's title.
- Orthanc: `DicomCheckCalledAet` true (false as delivered).
- DCMTK: `dcmqrscp` knows the titles of its `AETable` only; `storescp` answers to any.
- dcm4chee: an association to a title that is no configured AE is rejected; keep `dcmOtherAETitle`
  empty.
"""

import secrets

from lab.asking import is_served, need_peer
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is an authorised peer served that calls a made-up AE title?",
    holds=("client certificate", "calling AE title"),
    lacks=("called AE title",),
    severity=Severity.MEDIUM,
    standard=("PS3.8 9.3.4 (1,1,7)", "PS3.8 7.1.1.3"),
    fix="Let the archive reject associations that do not call its own AE title.",
    causes=(Cause.CALLED_AE_TITLE,),
)
def unknown_called_ae(scene: Scene) -> Answered:
    """Call a title that nobody has."""
    target = scene.target(need_peer(scene))
    with target.but(called_ae_title=f"NO{secrets.token_hex(5).upper()}").converse() as talk:
        return is_served(talk)
