"""Makes a pack: a ZIP file whose every byte follows from what is in it.

Nothing is compressed and every time stamp is the same, so that whoever checks it can make it
anew from its files and compare: a byte that was changed between the files shows, too.
"""

import hashlib
import io
import json
import platform
import ssl
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lab.errors import WrongUseError
from lab.evidence_pack.signing import sign
from lab.report import reading

REPORT, TRANSCRIPT, VERSIONS = "report.json", "transcript.txt", "versions.json"
OPTIONAL: Sequence[str] = ("report.html", TRANSCRIPT, "claims.json")
"""Taken along where they lie beside the report."""
MANIFEST, SIGNATURE, SIGNER = "MANIFEST.sha256", "MANIFEST.sig", "signer.pem"
LIBRARIES = ("cryptography", "pydicom", "pynetdicom", "pydantic", "jinja2")
NEVER = (1980, 1, 1, 0, 0, 0)
"""The first time a ZIP file can bear; the real one stands in versions.json."""


def pack(folder: Path, key: Ed25519PrivateKey | None = None) -> bytes:
    """The pack of a folder with a report.

    Raises:
        WrongUseError: there is no report in it, or what bears its name is none.
    """
    report = folder / REPORT
    if not report.is_file():
        raise WrongUseError(f"there is no {REPORT} in {folder}; give the --out folder of a run")
    reading.check(report)
    files = {
        name: (folder / name).read_bytes()
        for name in (REPORT, *OPTIONAL)
        if (folder / name).is_file()
    }
    files[VERSIONS] = _versions(report)
    return seal(files, key)


def seal(files: Mapping[str, bytes], key: Ed25519PrivateKey | None = None) -> bytes:
    """Put files, their manifest and its signature together."""
    listed = manifest(files)
    sealed = {**files, MANIFEST: listed}
    if key is not None:
        signature = sign(key, listed)
        sealed |= {SIGNATURE: signature.signature, SIGNER: signature.public_key}
    return zipped(sealed)


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Hashes as ``sha256sum -c`` reads them."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file that depends on nothing but names and contents."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, NEVER)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return written.getvalue()


def _versions(report: Path) -> bytes:
    """With what and when: the tool, its libraries, the report's and the pack's time."""
    data = json.loads(report.read_text(encoding="utf-8"))
    first = data.get("secure", data)
    said = {
        "pacslab": version("pacslab"),
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "system": f"{platform.system()} {platform.release()}",
        "libraries": {name: version(name) for name in LIBRARIES},
        "asked": first["started"],
        "packed": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return (json.dumps(said, indent=2) + "\n").encode()
