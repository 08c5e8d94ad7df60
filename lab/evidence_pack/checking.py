"""Checks a pack, offline: what was changed in it, and who signed it. Made for hostile files."""

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from lab.errors import WrongUseError
from lab.evidence import printable
from lab.evidence_pack.packing import MANIFEST, SIGNATURE, SIGNER, zipped
from lab.evidence_pack.signing import Signature, same_fingerprint, signer
from lab.verdict import ExitCode

MOST_BYTES = 256 * 1024 * 1024
MOST_FILES = 100
LINE = re.compile(r"(?P<hash>[0-9a-f]{64})  (?P<name>[\w.-]{1,64})")
SEALS = frozenset({MANIFEST, SIGNATURE, SIGNER})


@dataclass(frozen=True)
class Checked:
    """What a check found. ``findings`` empty: the pack is as it was made."""

    findings: tuple[str, ...]
    fingerprint: str | None = None
    expected: bool = False
    """Whether the signer is the one that was expected."""

    @property
    def sentence(self) -> str:
        """For people, one line."""
        if self.findings:
            return "changed: " + "; ".join(self.findings)
        if self.fingerprint is None:
            return "intact, not signed"
        if self.expected:
            return f"intact, signed by the expected key {self.fingerprint}"
        return f"intact, signer unknown (key {self.fingerprint})"

    @property
    def exit_code(self) -> ExitCode:
        """1 where anything is not as it was made or expected."""
        return ExitCode.SOME_FAIL if self.findings else ExitCode.ALL_PASS


def check(data: bytes, expect_key: str | None = None) -> Checked:
    """Check a pack.

    Raises:
        WrongUseError: it is no pack at all.
    """
    files, findings = _unzip(data)
    if MANIFEST not in files:
        return Checked((*findings, f"{MANIFEST} is absent"))
    findings += _against_manifest(files)
    if not findings and zipped(files) != data:
        findings.append("bytes between its files")
    mark, wrong = _signed(files, expect_key)
    return Checked((*findings, *wrong), mark, expect_key is not None and not wrong)


def _unzip(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    if len(data) > MOST_BYTES:
        raise WrongUseError("this file is too large for a pack")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _contents(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise WrongUseError("this file is no pack, or its end is damaged") from error


def _contents(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], list[str]]:
    """What can be read, and what cannot; nothing is unpacked: files lie in a pack as they are."""
    entries = archive.infolist()
    if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_BYTES:
        raise WrongUseError("this file holds more than a pack can")
    files: dict[str, bytes] = {}
    damaged: list[str] = []
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.filename in files:
            damaged.append(f"{printable(entry.filename)} is not as it was")
            continue
        try:
            files[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
            damaged.append(f"{printable(entry.filename)} is damaged")
    return files, damaged


def _against_manifest(files: Mapping[str, bytes]) -> list[str]:
    """Names of what was changed, removed or added."""
    listed = {}
    for line in files[MANIFEST].decode("utf-8", "replace").splitlines():
        found = LINE.fullmatch(line)
        if not found:
            return [f"{MANIFEST} is damaged"]
        listed[found["name"]] = found["hash"]
    return [
        *(f"{name} is absent" for name in listed if name not in files),
        *(f"{printable(name)} was added" for name in files if name not in {*listed, *SEALS}),
        *(
            f"{name} is not as it was"
            for name, said in listed.items()
            if name in files and hashlib.sha256(files[name]).hexdigest() != said
        ),
    ]


def _signed(files: Mapping[str, bytes], expect: str | None) -> tuple[str | None, list[str]]:
    """Fingerprint of the signer, and what is wrong with the signature."""
    if SIGNATURE not in files and SIGNER not in files:
        return None, [] if expect is None else ["it is not signed"]
    signature = Signature(files.get(SIGNATURE, b""), files.get(SIGNER, b""))
    mark = signer(signature, files[MANIFEST])
    if mark is None:
        return None, ["the signature does not hold"]
    if expect is not None and not same_fingerprint(mark, expect):
        return mark, [f"it was signed by another key, {mark}"]
    return mark, []
