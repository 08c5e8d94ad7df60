"""Devices come and go while the archive runs: real processes, real TLS, the trail besides."""

import contextlib
import json
import os
import re
import signal
import ssl
import subprocess
import sys
from base64 import b64decode

import pytest
from pynetdicom import AE, evt
from pynetdicom.pdu import A_ABORT_RQ
from pynetdicom.sop_class import Verification

from pacs_secure import audit_chain
from pacs_secure.audit_log import check

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="one process, no workers")

PROGRAM = "import sys; from pacs_secure.cli import main; sys.exit(main())"
TOML = """
admissions = "admitted"
[archive]
directory = "archive"
[network_connection]
port = 0
[workers]
count = 2
[controls.tls]
certificate = "{own.certificate}"
key = "{own.key}"
trust = "{trust}"
crl = "{crl}"
[controls.called_ae]
titles = ["PACS-SECURE"]
[controls.audit]
file = "audit/trail"
key = "audit-key/key"
anchor = "audit-key/anchor"
"""


class House:
    """A hardened archive that knows nobody at first."""

    def __init__(self, clinic, folder):
        self.clinic, self.folder = clinic, folder
        for name in ("audit", "audit-key", "admitted"):
            (folder / name).mkdir()
        audit_chain.make_key(folder / "audit-key" / "key")
        self.trail = [folder / p for p in ("audit/trail", "audit-key/key", "audit-key/anchor")]
        own, crl = clinic.issue("archive"), clinic.write_crl()
        (folder / "secure.toml").write_text(TOML.format(own=own, trust=clinic.trust, crl=crl))

    def start(self):
        config = self.folder / "secure.toml"
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--config", config, "--log-format", "json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = json.loads(self.process.stdout.readline())
        self.address = said["host"], said["port"]

    def reload(self):
        """What the archive says once all workers obey, or why they do not."""
        self.process.send_signal(signal.SIGHUP)
        while True:
            line = json.loads(self.process.stderr.readline())
            if line["event"] == "settings reloaded":
                return line["why"]
            if "not reloaded" in line.get("message", ""):
                return line["message"]

    def admit(self, name, issued, **more):
        folder = self.folder / "admitted"
        (folder / f"{name}.pem").write_bytes(issued.certificate.read_bytes())
        said = {"ae_title": name.upper(), "certificate": f"{name}.pem", "may": ["echo"]} | more
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in said.items()]
        (folder / f"{name}.toml").write_text("".join(lines))

    def alerts(self):
        text = self.trail[0].read_text("utf-8")
        found = re.findall(r'Alert Description" value="([^"]+)"', text)
        return [b64decode(value).decode() for value in found]


@pytest.fixture
def house(clinic, tmp_path):
    house = House(clinic, tmp_path)
    house.start()
    with house.process:
        yield house
        house.process.terminate()
        house.process.stdout.read()
        house.process.stderr.read()
        assert house.process.wait(30) == 0
    assert check(*house.trail) == []


@pytest.fixture
def call(house):
    with contextlib.ExitStack() as ends:

        def associate(issued, calling):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(house.clinic.trust)
            context.load_cert_chain(issued.certificate, issued.key)
            ae, heard = AE(calling), []
            ae.connection_timeout = ae.acse_timeout = ae.dimse_timeout = 10
            ae.add_requested_context(Verification)
            association = ae.associate(
                *house.address,
                ae_title="PACS-SECURE",
                tls_args=(context, "archive"),
                evt_handlers=[(evt.EVT_PDU_RECV, lambda event: heard.append(event.pdu))],
            )
            association.heard = heard
            if association.is_established:
                ends.callback(association.release)
            return association

        yield associate


def cut_off(association):
    association.join(5)
    return isinstance(association.heard[-1], A_ABORT_RQ)


@pytest.mark.parametrize("by_itself", [False, True])
def test_a_device_is_admitted_and_sent_away_again_without_a_restart(house, call, clinic, by_itself):
    device = clinic.self_made("orthanc") if by_itself else clinic.issue("orthanc")
    other = clinic.issue("other")
    house.admit("other", other)
    house.reload()
    standing = call(other, "OTHER")
    assert not call(device, "ORTHANC").is_established

    house.admit("orthanc", device, by_itself=by_itself)
    told = house.reload()
    assert "calling_ae.titles + ORTHANC" in told
    assert "permissions.rights.ORTHANC + echo" in told
    association = call(device, "ORTHANC")
    assert association.is_established

    (house.folder / "admitted" / "orthanc.toml").unlink()
    assert "calling_ae.titles - ORTHANC" in house.reload()
    assert cut_off(association)
    assert not call(device, "ORTHANC").is_established
    assert standing.is_established
    assert any("calling_ae.titles + ORTHANC" in alert for alert in house.alerts())
    assert any("calling_ae.titles - ORTHANC" in alert for alert in house.alerts())
    assert any("association ended" in alert for alert in house.alerts())


def test_a_revoked_device_is_cut_off_and_its_serial_is_in_the_trail(house, call, clinic):
    device = clinic.issue("modality")
    house.admit("modality", device)
    house.reload()
    association = call(device, "MODALITY")
    clinic.write_crl(device)

    assert f"tls.revoked + {device.serial:x}" in house.reload()

    assert cut_off(association)
    assert not call(device, "MODALITY").is_established
    assert any(f"tls.revoked + {device.serial:x}" in alert for alert in house.alerts())
    assert any("revoked" in alert and "association ended" in alert for alert in house.alerts())


def test_the_archives_own_certificate_is_renewed_and_open_associations_stay(house, call, clinic):
    device = clinic.issue("modality")
    house.admit("modality", device)
    house.reload()
    standing = call(device, "MODALITY")
    renewed = clinic.issue("archive")  # the same files, new content

    assert f"tls.shown + {renewed.as_certificate.fingerprint}" in house.reload()

    assert standing.send_c_echo().Status == 0
    assert call(device, "MODALITY").is_established


def test_a_broken_file_changes_nothing_and_says_so(house, call, clinic):
    device = clinic.issue("modality")
    house.admit("modality", device)
    house.reload()
    (house.folder / "admitted" / "broken.toml").write_text("nonsense")

    assert "broken.toml" in house.reload()
    assert call(device, "MODALITY").is_established
