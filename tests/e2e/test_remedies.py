"""What the pages tell the owners of other products to set exists there, under that very name.

dcm4chee is not installed by anybody's package: its keys were looked up in the documentation of its
configuration, and whoever names a new one looks it up, too.
"""

import re
import subprocess

import pytest

from lab.fixes import fixes
from lab.probes import PROBES

STUNNEL = {"CRLfile", "CAfile", "TIMEOUTbusy", "TIMEOUTidle", "verifyChain", "verifyPeer"} | {
    "checkHost",
    "sslVersionMin",
}
LATER_THAN_1_10 = {"DicomTlsMinimumProtocolVersion", "DicomTlsCiphersAccepted"} | {
    "AcceptedSopClasses",
    "RejectedSopClasses",
}
"""Keys that Debian's Orthanc does not know yet; each page says since when they are there."""
PHANTOMS = {"DicomCheckCallingAet", "RejectSopClasses"}
"""Named because they do nothing, or not what one thinks."""
SCRIPTS = {"IncomingFindRequestFilter", "ReceivedInstanceFilter"}
"""Functions of Orthanc's Lua, no keys."""
LATER_THAN_3_6_7 = {"--max-associations"}
CONFIGURED = {"HostTable", "AETable", "MaxAssociations", "MaxPDUSize"}
"""Words of ``dcmqrscp.cfg`` (its manual ``dcmqrcnf``)."""
LOOKED_UP = {
    "dcmAARQTimeout",
    "dcmAcceptedCallingAETitle",
    "dcmAcceptedMoveDestination",
    "dcmAccessControlID",
    "dcmIdleTimeout",
    "dcmLimitAssociationsInitiatedBy",
    "dcmLimitOpenAssociations",
    "dcmOtherAETitle",
    "dcmOverwritePolicy",
    "dcmQueryMaxNumberOfResults",
    "dcmReceivePDULength",
    "dcmStoreAccessControlID",
    "dcmTLSNeedClientAuth",
    "dcmTLSProtocol",
    "dcmTrustStoreURL",
    "dcmUserIdentityNegotiation",
    "dcmUserIdentityNegotiationRole",
    "dcmValidateCallingAEHostname",
    # of PS3.15 H
    "dicomInstalled",
    "dicomNetworkConnectionReference",
    "dicomTLSCipherSuite",
    "dicomTransferCapability",
}


def quoted(product):
    """Whatever stands as code in the remedies for a product."""
    remedies = {fixes(probe.page)[product] for probe in PROBES}
    return sorted({code for text in remedies for code in re.findall("`([^`]+)`", text)})


def words(product, pattern):
    return {word for code in quoted(product) for word in re.findall(pattern, code)}


@pytest.mark.program("Orthanc")
def test_orthanc_knows_its_keys(program, tmp_path):
    written = tmp_path / "orthanc.json"
    subprocess.run(
        [program("Orthanc"), f"--config={written}"], check=True, capture_output=True, timeout=60
    )
    known = set(re.findall(r'"(\w+)"\s*:', written.read_text(encoding="utf-8")))
    named = words("Orthanc", r"\b[A-Z]\w+\b|\b[a-z]+[A-Z]\w+\b") - STUNNEL - SCRIPTS

    assert named - {"TLSv1"} - known == LATER_THAN_1_10 | PHANTOMS


@pytest.mark.program("storescp", "dcmqrscp", "getscu", "movescu")
def test_dcmtk_knows_its_options(program):
    helps = {
        name: subprocess.run(
            [program(name), "--help"], check=False, capture_output=True, text=True, timeout=60
        ).stdout
        for name in ("storescp", "dcmqrscp")
    }
    known = set(re.findall(r"(?<!\S)[-+][-\w]+", " ".join(helps.values())))
    named = words("DCMTK", r"(?<!\S)[-+]\S+")

    assert named
    assert named - known == LATER_THAN_3_6_7
    assert "--enable-tls" not in helps["dcmqrscp"]


def test_dcmtks_programs_and_words_are_known_ones():
    named = words("DCMTK", r"(?<![-+\w.])[A-Za-z]\w+") - STUNNEL
    programs = {"storescp", "dcmqrscp", "getscu", "movescu"}

    assert named <= programs | CONFIGURED | {"cfg", "ANY", "RW", "yes", "key", "cert", "ca"} | {
        "pem",
        "FILE",
        "TLSv1",
    }


def test_dcm4chees_keys_were_looked_up():
    named = words("dcm4chee", r"\b(?:dcm|dicom)[A-Z]\w+")

    assert named == LOOKED_UP
