"""Pack, sign, check: on the command line."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lab.evidence_pack.signing import fingerprint
from tests.lab.reports_by_hand import secure_report


@pytest.fixture
def run(tmp_path):
    (tmp_path / "report.json").write_text(secure_report().to_json())
    return tmp_path


def test_a_signed_pack_is_checked_with_its_key(pacslab, run):
    key = Ed25519PrivateKey.generate()
    (run / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    made = pacslab("report", "pack", run, "--out", run / "e.zip", "--signing-key", run / "key.pem")
    assert made.exit_code == 0
    mark = fingerprint(key.public_key())
    assert mark in made.stdout
    assert "signer unknown" in pacslab("report", "check", run / "e.zip").stdout
    expected = pacslab("report", "check", run / "e.zip", "--expect-key", mark)
    assert (expected.exit_code, "expected key" in expected.stdout) == (0, True)
    assert pacslab("report", "check", run / "e.zip", "--expect-key", "00").exit_code == 1


def test_wrong_use_is_one_line(pacslab, run):
    for arguments in (
        ["pack", run / "absent"],
        ["pack", run, "--signing-key", run / "report.json"],
        ["check", run / "report.json"],
        ["check", run / "absent.zip"],
    ):
        result = pacslab("report", *arguments)
        assert result.exit_code == 2
        assert len(result.stderr.strip().splitlines()) == 1
