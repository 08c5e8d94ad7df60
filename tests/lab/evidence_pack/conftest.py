"""A folder as a run leaves it, and a key to sign with."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.lab.reports_by_hand import secure_report


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "run"
    made.mkdir()
    (made / "report.json").write_text(secure_report().to_json())
    (made / "transcript.txt").write_text("[list_patients] we: A-ASSOCIATE-RQ\n")
    (made / "stolen.png").write_bytes(b"never packed")
    return made


@pytest.fixture
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture
def key_file(key, tmp_path):
    path = tmp_path / "signing.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
