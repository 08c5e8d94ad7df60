"""A pack holds what it says and nothing else, and is the same for the same files."""

import hashlib
import io
import json
import zipfile

import pytest

from lab.errors import WrongUseError
from lab.evidence_pack.packing import pack, seal


def _files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_pack_holds_report_transcript_versions_and_their_hashes(folder):
    files = _files(pack(folder))
    assert sorted(files) == ["MANIFEST.sha256", "report.json", "transcript.txt", "versions.json"]
    digest = hashlib.sha256(files["report.json"]).hexdigest()
    assert f"{digest}  report.json" in files["MANIFEST.sha256"].decode()


def test_versions_and_times_are_told(folder):
    said = json.loads(_files(pack(folder))["versions.json"])
    assert said["asked"] == "2026-01-01T12:00:00+00:00"
    assert {"pacslab", "python", "openssl", "libraries", "packed"} <= set(said)
    assert {"pynetdicom", "cryptography"} <= set(said["libraries"])


def test_a_key_adds_signature_and_signer(folder, key):
    assert {"MANIFEST.sig", "signer.pem"} <= set(_files(pack(folder, key)))


def test_the_same_files_make_the_same_pack():
    assert seal({"a": b"1", "b": b"2"}) == seal({"b": b"2", "a": b"1"})


def test_without_a_report_there_is_nothing_to_pack(tmp_path):
    with pytest.raises(WrongUseError, match=r"no report.json"):
        pack(tmp_path)
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(WrongUseError, match="no such report"):
        pack(tmp_path)
