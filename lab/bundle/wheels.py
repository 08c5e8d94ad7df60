"""Wheels for a machine like this one: each that the lock file names, and pacslab's own."""

import subprocess
import sys
from pathlib import Path

from lab.bundle import BundleError
from lab.evidence import printable

LOCK = "requirements.lock"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
DOWNLOAD = ("download", "--no-deps", "--require-hashes", "--only-binary", ":all:")
"""Nothing but what the lock file has a hash of."""
BUILD = ("wheel", "--no-deps", "--no-index", "--no-build-isolation")
"""By the setuptools that is here."""


def fetch(checkout: Path, folder: Path) -> None:
    """Put all wheels into a folder. The checkout is a copy: building leaves its traces there.

    Raises:
        BundleError: pip cannot; its last words.
    """
    folder.mkdir()
    _pip(*DOWNLOAD, "--dest", str(folder), "--requirement", str(checkout / LOCK))
    _pip(*BUILD, "--wheel-dir", str(folder), str(checkout))


def _pip(*arguments: str) -> None:
    done = subprocess.run([*PIP, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "it says nothing").splitlines()
        said = " | ".join(printable(line, 200) for line in lines[-2:])
        raise BundleError(f"pip {arguments[0]} failed (a bundle needs a package index): {said}")
