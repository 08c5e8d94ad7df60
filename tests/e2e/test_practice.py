"""The daily work on a running lab, by its commands: Orthanc is admitted, works, and is revoked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import LOOPBACK, ORTHANC, Orthanc, answers, free_port, process, until

pytestmark = pytest.mark.program("Orthanc", "openssl")

PACSLAB = "from lab.cli import main; main()"


@pytest.fixture(scope="module")
def pacslab(tmp_path_factory):
    """Run a command of pacslab on a lab of this module's own; what it said."""
    state, work = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("work")

    def run(*arguments, expect=0):
        done = subprocess.run(
            [sys.executable, "-c", PACSLAB, *arguments],
            env={**os.environ, "PACSLAB_STATE": str(state)},
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    run.folder = work
    run("up", "--patients", "1", "--size", "small", "--hours", "0.2")
    yield run
    run("down")


@pytest.fixture(scope="module")
def secure(pacslab):
    return json.loads(pacslab("status", "--json"))["secure"]


@pytest.fixture(scope="module")
def key(pacslab, program):
    made = "req -new -newkey rsa:2048 -nodes -subj /CN=orthanc -keyout own-key.pem -out own.csr"
    subprocess.run(
        [program("openssl"), *made.split()],
        cwd=pacslab.folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return pacslab.folder / "own-key.pem"


@pytest.fixture(scope="module")
def orthanc(pacslab, secure, key, program, tmp_path_factory):
    """Orthanc with the certificate that `peer add` made, as a client of the hardened archive."""
    words = ["--ae-title", ORTHANC, "--csr", "own.csr", "--may", "echo", "--may", "store"]
    said = pacslab("peer", "add", "orthanc", *words, "--may", "find")
    assert "orthanc is admitted: echo, store, find" in said
    folder, rest, dicom = tmp_path_factory.mktemp("orthanc"), free_port(), free_port()
    modality = {"AET": secure["ae_title"], "Host": LOOPBACK, "Port": secure["port"]}
    told = {
        "StorageDirectory": str(folder / "orthanc"),
        "IndexDirectory": str(folder / "orthanc"),
        "HttpPort": rest,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": ORTHANC,
        "DicomPort": dicom,
        "DicomModalities": {"pacs": {**modality, "UseDicomTls": True}},
        "DicomAssociationCloseDelay": 0,
        "DicomTlsEnabled": True,
        "DicomTlsCertificate": str(pacslab.folder / "orthanc.pem"),
        "DicomTlsPrivateKey": str(key),
        "DicomTlsTrustedCertificates": str(_trusted(pacslab, secure)),
    }
    (folder / "orthanc.json").write_text(json.dumps(told))
    peer = Orthanc(rest)
    with process(program("Orthanc"), str(folder / "orthanc.json"), log=folder / "log"):
        until(lambda: answers(rest), "Orthanc")
        yield peer


def _trusted(pacslab, secure):
    """The lab's root, and the intermediate that Orthanc needs to show where it comes from.

    Like DCMTK, on which it stands, Orthanc sends its own certificate alone unless what signed it
    is among what it trusts.
    """
    chain = (pacslab.folder / "orthanc.pem").read_text()
    root = Path(secure["ca"]).read_text(encoding="ascii")
    (pacslab.folder / "trusted").write_text(root + chain)
    return pacslab.folder / "trusted"


def test_orthanc_works_once_it_is_admitted_and_is_refused_once_it_is_revoked(
    pacslab, orthanc, dicom_files
):
    assert orthanc.post("/modalities/pacs/echo", {}) == {}
    image = orthanc.post("/instances", dicom_files[0].read_bytes())["ID"]
    stored = orthanc.post("/modalities/pacs/store", [image])
    assert (stored["InstancesCount"], stored["FailedInstancesCount"]) == (1, 0)
    asked = {"Level": "Study", "Query": {"PatientID": "PAT-0"}}
    found = orthanc.post("/modalities/pacs/query", asked)["ID"]
    assert len(orthanc.get(f"/queries/{found}/answers")) == 1

    pacslab("peer", "revoke", "orthanc")

    with pytest.raises(AssertionError, match="/modalities/pacs/echo"):
        orthanc.post("/modalities/pacs/echo", {})
    assert "as it was written" in pacslab("audit", "check")
    pacslab("peer", "revoke", "orthanc", expect=2)


@pytest.mark.program("echoscu")
def test_a_device_can_be_trusted_by_its_own_certificate(pacslab, secure, program):
    made = "req -x509 -newkey rsa:2048 -nodes -subj /CN=console -keyout c-key.pem -out c.pem"
    leaf = ["-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(
        [program("openssl"), *made.split(), *leaf],
        cwd=pacslab.folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    pacslab("peer", "add", "console", "--ae-title", "CONSOLE", "--fingerprint", "c.pem")
    echoscu = [program("echoscu"), "+tls", "c-key.pem", "c.pem", "+cf", secure["ca"]]
    titles = ["-aet", "CONSOLE", "-aec", secure["ae_title"], LOOPBACK, str(secure["port"])]

    def echo():
        ran = subprocess.run(
            [*echoscu, *titles], cwd=pacslab.folder, capture_output=True, check=False, timeout=60
        )
        return ran.returncode

    assert echo() == 0
    pacslab("peer", "revoke", "console")
    assert echo() != 0
