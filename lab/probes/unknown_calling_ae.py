"""An association from a device nobody knows.

Why it matters: the list of calling AE titles is the oldest admission control of DICOM and the
one most often left open: strangers associated with the archives of 2019 under any name. On its
own it is weak, since titles can be copied; together with certificates it says which device may
come.

What it does: associates with the certificate of an authorised peer and the right called AE
title, but under a calling title made up at random, and asks for a C-ECHO.

What it cannot tell: whether a known title is believed without proof (``borrowed_ae_title``).

How to close it:

- here: `calling_ae` with the titles of your devices.
- Orthanc: `DicomAlwaysAllowEcho` and `DicomAlwaysAllowStore` false, devices in `DicomModalities`;
  an option `DicomCheckCallingAet` is found in many configurations and does not exist.
  `StrictAetComparison` true.
- DCMTK: in `dcmqrscp.cfg` name the peers in `HostTable` and give each AE of `AETable` these names
  instead of `ANY`; for certificates put stunnel4 in front.
- dcm4chee: `dcmAcceptedCallingAETitle` lists the devices; any AE is accepted where it is absent.
"""

import secrets

from lab.asking import is_served, need_peer
from lab.evidence import Cause
from lab.probe import Answered, Severity, probe
from lab.scene import Scene


@probe(
    asks="Is a peer served whose calling AE title nobody knows?",
    holds=("client certificate", "called AE title"),
    lacks=("calling AE title",),
    severity=Severity.HIGH,
    standard=("PS3.8 9.3.4 (1,1,3)", "PS3.8 7.1.1.4"),
    fix="List the AE titles of the clinic's devices and reject all others.",
    causes=(Cause.CALLING_AE_TITLE,),
)
def unknown_calling_ae(scene: Scene) -> Answered:
    """Call under a title that nobody has."""
    target = scene.target(need_peer(scene))
    with target.but(calling_ae_title=f"NO{secrets.token_hex(5).upper()}").converse() as talk:
        return is_served(talk)
