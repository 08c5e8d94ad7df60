"""DCMTK against an archive with every control on: a user is demanded, and the lab's tight values."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from lab.engines.process import ProcessEngine
from lab.engines.record import DEVICES
from lab.issuing import users
from tests.e2e.conftest import LOOPBACK, ORTHANC, SUITES, TOOLS, answers, free_port, process, until


@pytest.fixture(scope="module")
def demanding(make_archive, tmp_path_factory):
    """An archive that demands a user of everybody but Orthanc."""
    folder = tmp_path_factory.mktemp("demanding")
    end = datetime.now(UTC) + timedelta(hours=1)
    users.make({"reader": folder / "reader"}, folder / "users", end)
    archive = make_archive("secure", folder)
    archive.tables["controls"]["user_identity"] = users.settings(folder / "users", [ORTHANC])
    archive.start()
    yield archive
    assert archive.stop() == 0


@pytest.fixture
def storescu(demanding, program, dicom_files):
    """Store one image as a user, however they say who they are."""

    def run(*who):
        titles = ["-aet", TOOLS, "-aec", demanding.ae_title, "-v"]
        command = [program("storescu"), *demanding.tools.dcmtk, *titles, *who]
        done = subprocess.run(
            [*command, LOOPBACK, str(demanding.port), dicom_files[0]],
            capture_output=True,
            check=False,
            timeout=120,
        )
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        return SimpleNamespace(code=done.returncode, text=text)

    return run


@pytest.fixture
def reader(demanding):
    return demanding.folder / "reader"


@pytest.mark.program("storescu")
@pytest.mark.parametrize("answer", [[], ["--pos-response"]])
def test_storescu_stores_with_a_passcode(storescu, reader, demanding, answer):
    passcode = (reader / "passcode").read_text()

    stored = storescu("--user", "reader", "--password", passcode, *answer)

    assert stored.code == 0, stored.text
    assert "Received Store Response (Success)" in stored.text
    assert 'UserID="reader"' in (demanding.folder / "audit" / "trail.log").read_text("utf-8")


@pytest.mark.program("storescu")
@pytest.mark.parametrize("answer", [[], ["--pos-response"]])
def test_storescu_stores_with_a_token(storescu, reader, answer):
    stored = storescu("--jwt", str(reader / "token.jwt"), *answer)

    assert stored.code == 0, stored.text
    assert "Received Store Response (Success)" in stored.text


@pytest.mark.program("storescu")
@pytest.mark.parametrize(
    "who",
    [
        [],
        ["--user", "reader"],
        ["--user", "reader", "--password", "wrong"],
        ["--user", "nobody", "--password", "wrong"],
        ["--jwt", "expired.jwt"],
        ["--jwt", "other_audience.jwt"],
        ["--jwt", "other_issuer.jwt"],
    ],
    ids=" ".join,
)
def test_storescu_without_a_user_who_holds_is_rejected(storescu, reader, who):
    said = [str(reader / word) if word.endswith(".jwt") else word for word in who]

    stored = storescu(*said)

    assert stored.code == 1
    assert "Rejected Permanent, Source: Service Provider (ACSE Related)" in stored.text


# -- the lab's own hardened archive, with the tight values of the lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    engine = ProcessEngine()
    running = engine.up(
        tmp_path_factory.mktemp("state") / "lab", time_to_live=timedelta(minutes=10)
    )
    yield running
    engine.down(running)


@pytest.fixture(scope="module")
def bundle(lab):
    """Root and intermediate: DCMTK sends its own certificate alone, and what signed it from here."""
    path = lab.folder / "bundle"
    path.write_bytes(b"".join((lab.folder / "authority" / f"{n}.pem").read_bytes()
                              for n in ("root", "intermediate")))  # fmt: skip
    return path


@pytest.fixture
def dcmtk_as(lab, bundle, program, tmp_path):
    """Run a program of DCMTK as one of the lab's devices; TLS of its own or a relay's port."""

    def run(device, name, *arguments, port=None, after=()):
        own = lab.identity(device, DEVICES[device])
        suites = [word for suite in SUITES for word in ("+cs", suite)]
        tls = ["+tls", str(own.key), str(own.certificate), "+cf", str(bundle), *suites]
        titles = ["-v", "-aet", own.ae_title, "-aec", lab.secure.ae_title]
        where = [LOOPBACK, str(port or lab.secure.port)]
        done = subprocess.run(
            [program(name), *(() if port else tls), *titles, *arguments, *where, *after],
            capture_output=True,
            check=False,
            timeout=120,
            cwd=tmp_path,
            env={**os.environ, "TCP_NODELAY": "1"},
        )
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        assert done.returncode == 0, text
        return text

    return run


@pytest.fixture
def relay_as(lab, bundle, tmp_path):
    """stunnel4 in front of the archive, with a device's certificate."""
    running = []

    def start(device):
        own, port = lab.identity(device, DEVICES[device]), free_port()
        lines = ["foreground = yes", "pid =", "[pacs]", "client = yes"]
        lines += [f"accept = {LOOPBACK}:{port}", f"connect = {LOOPBACK}:{lab.secure.port}"]
        lines += [f"cert = {own.certificate}", f"key = {own.key}", f"CAfile = {bundle}"]
        lines += ["verifyChain = yes", f"checkIP = {LOOPBACK}"]
        (tmp_path / f"{device}.conf").write_text("\n".join(lines) + "\n")
        one = process("/usr/bin/stunnel4", tmp_path / f"{device}.conf", log=tmp_path / "log")
        running.append(one)
        one.__enter__()
        until(lambda: answers(port), "stunnel4")
        return port

    yield start
    for one in running:
        one.__exit__(None, None, None)


@pytest.fixture
def stored(dcmtk_as, dicom_files):
    return dcmtk_as("modality", "storescu", after=dicom_files[:4])


EVERY_STUDY = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "-k", "PatientID")


@pytest.mark.program("echoscu", "storescu", "findscu")
def test_the_devices_do_their_work_over_tls(stored, dcmtk_as):
    for device in ("modality", "workstation", "visitor"):
        assert "Received Echo Response (Success)" in dcmtk_as(device, "echoscu")
    assert stored.count("Received Store Response (Success)") == 4
    assert "PAT-0" in dcmtk_as("workstation", "findscu", *EVERY_STUDY)


@pytest.mark.program("storescu", "getscu", "stunnel4")
def test_the_visitor_gets_through_a_relay(stored, dcmtk_as, relay_as, tmp_path):
    (tmp_path / "got").mkdir()
    keys = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=2.25.770"]
    port = relay_as("visitor")

    dcmtk_as("visitor", "getscu", "+B", "-od", "got", *keys, port=port)

    assert list((tmp_path / "got").iterdir())


@pytest.mark.program("storescu", "movescu", "storescp", "stunnel4")
def test_the_workstation_moves_to_itself_through_a_relay(
    *, lab, bundle, stored, dcmtk_as, relay_as, program, tmp_path
):
    (tmp_path / "moved").mkdir()
    own = lab.identity("workstation", DEVICES["workstation"])
    suites = [word for suite in SUITES for word in ("+cs", suite)]
    tls = ["+tls", str(own.key), str(own.certificate), "+cf", str(bundle), *suites]
    listening = [program("storescp"), *tls, "-aet", "WORKSTATION", "-od", str(tmp_path / "moved")]
    keys = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=2.25.770"]
    with process(*listening, str(lab.workstation_port), log=tmp_path / "scp"):
        until(lambda: answers(lab.workstation_port), "storescp")
        port = relay_as("workstation")
        dcmtk_as("workstation", "movescu", "-aem", "WORKSTATION", *keys, port=port)

    assert list((tmp_path / "moved").iterdir())
