"""What every test shares: third-party programs by name, and no silent skips in CI."""

import functools
import logging
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

PACKAGES = {
    "dciodvfy": "dicom3tools",
    "echoscu": "dcmtk",
    "findscu": "dcmtk",
    "getscu": "dcmtk",
    "movescu": "dcmtk",
    "storescu": "dcmtk",
    "storescp": "dcmtk",
    "dcmsend": "dcmtk",
    "dcmqrscp": "dcmtk",
    "nmap": "nmap",
    "dcmconv": "dcmtk",
    "dcmdump": "dcmtk",
    "Orthanc": "orthanc",
    "stunnel4": "stunnel4",
    "openssl": "openssl",
    "make": "make",
    "git": "git",
    "shellcheck": "shellcheck",
    "podman": "podman",
    "dockerd": "docker.io",
    "sha256sum": "coreutils",
    "unshare": "util-linux",
    "iptables": "iptables",
    "ip": "iproute2",
    "fusermount": "fuse3",
}
"""The Debian package that brings each program that a test calls."""

# A shell's background jobs ignore Ctrl-C, and so would every process that a test starts and then
# interrupts: whoever runs these tests in the background would see other results.
signal.signal(signal.SIGINT, signal.default_int_handler)

ALLOWED_SKIPS: tuple[str, ...] = ("only root can mount a small file system",)
"""The only reasons for which a test may be skipped in CI (the start of the reason)."""

# pip puts programs of pynetdicom under the same names first on PATH; these are not what we mean.
SEARCH_PATH = os.pathsep.join(
    ("/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")
)


def find_program(name: str) -> Path | None:
    """Full path of a third-party program, None if it is absent."""
    found = shutil.which(name, path=SEARCH_PATH)
    return Path(found) if found else None


@pytest.fixture(scope="session")
def program():
    """Give the full path of a third-party program named by the test's ``program`` marker."""

    def path_of(name: str) -> str:
        found = find_program(name)
        assert found is not None, f"{name} is called but the test does not carry its marker"
        return str(found)

    return path_of


@pytest.fixture(autouse=True)
def _own_log():
    """A program that a test calls in this process sets its log up, on a stream of that test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@functools.cache
def absent_engine() -> str | None:
    """Why no container can be run here, None where one can: asked once a session."""
    docker = shutil.which("docker")
    if docker is None:
        return (
            "docker is not installed; compose/engine/up installs Debian's docker.io and starts it"
        )
    asked = subprocess.run(
        [docker, "version", "--format", "{{.Server.Version}}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if asked.returncode:
        return "no container engine answers; as root, compose/engine/up brings one up"
    return None


@pytest.fixture(autouse=True)
def _ctrl_c_is_as_it_was():
    """Code that a worker process begins with ignores Ctrl-C; a test that calls it must not."""
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("engine") and (reason := absent_engine()):
        pytest.skip(reason)
    for marker in item.iter_markers("program"):
        for name in marker.args:
            if find_program(name) is None:
                package = PACKAGES[name]
                pytest.skip(f"{name} is not installed; the Debian package {package} brings it")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if not reason.startswith(ALLOWED_SKIPS or ("\0",)):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: skipped in CI: {reason}"
