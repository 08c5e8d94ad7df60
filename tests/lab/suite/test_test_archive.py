"""The suite against an archive made wrong, one that is down, and one made right with a friend."""

import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

FEW = ("list_patients", "unknown_calling_ae", "no_client_certificate", "plaintext_on_tls_port")


@pytest.fixture
def suite(tmp_path):
    def run(scene, *arguments):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--pyargs",
            "lab.suite",
        ]
        target = f"{scene.door.host}:{scene.door.port}"
        ended = subprocess.run(
            [
                *command,
                "--dicom-target",
                target,
                "-k",
                " or ".join(FEW),
                "--junit-xml",
                "junit.xml",
                *map(str, arguments),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        return ended, ET.parse(tmp_path / "junit.xml").getroot().find("testsuite")  # noqa: S314 - our own

    return run


def _count(suite, kind):
    return int(suite.get(kind))


@pytest.mark.slow
def test_an_archive_made_wrong_fails_and_a_report_is_left(suite, wrong, tmp_path):
    ended, cases = suite(wrong, "--dicom-out", "found")
    assert ended.returncode == 1
    assert _count(cases, "tests") == len(FEW)
    assert _count(cases, "failures") == len(FEW)
    assert "FAILED" in ended.stdout
    assert (tmp_path / "found" / "report.json").is_file()


@pytest.mark.slow
def test_an_archive_that_is_down_is_never_green(suite, down):
    _, cases = suite(down)
    assert _count(cases, "failures") > 0
    _, cases = suite(down, "--dicom-inconclusive", "skip")
    assert _count(cases, "failures") == 0
    assert _count(cases, "skipped") == len(FEW)


@pytest.mark.slow
def test_an_archive_made_right_passes_beside_a_friend(suite, right):
    peer = right.find_peer(may="echo")
    ended, cases = suite(
        right,
        *("--dicom-called-ae", right.ae_title, "--dicom-calling-ae", peer.ae_title),
        *("--dicom-ca", right.trust, "--dicom-cert", peer.certificate, "--dicom-key", peer.key),
        *(("--dicom-server-name", right.server_name) if right.server_name else ()),
    )
    assert (_count(cases, "failures"), _count(cases, "skipped")) == (0, 0), ended.stdout[-2000:]
    assert ended.returncode == 0
