import os
import stat
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lab import key_files
from lab.pki import Authority

POSIX = pytest.mark.skipif(os.name != "posix", reason="rights are elsewhere on Windows")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@POSIX
def test_a_key_is_its_owners_alone_and_takes_the_place_of_an_open_one(tmp_path):
    (path := tmp_path / "key.pem").write_text("was open to all")
    path.chmod(0o644)
    key_files.write_key(path, ec.generate_private_key(ec.SECP256R1()))
    assert mode(path) == 0o600
    serialization.load_pem_private_key(path.read_bytes(), None)


@POSIX
def test_a_private_folder_is_its_owners_alone_and_one_that_is_there_keeps_its_mode(tmp_path):
    key_files.private_folder(tmp_path / "new")
    (tmp_path / "old").mkdir(mode=0o755)
    key_files.private_folder(tmp_path / "old")
    assert (mode(tmp_path / "new"), mode(tmp_path / "old")) == (0o700, 0o755)


def test_a_file_in_the_way_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        key_files.private_folder(tmp_path / "file")


def test_an_authority_is_read_back_and_only_with_an_ec_key(tmp_path):
    Authority.create(tmp_path, lifetime=timedelta(hours=1))
    assert key_files.read_signer(tmp_path, "root").certificate.subject
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (tmp_path / "root-key.pem").write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(TypeError, match="is not an EC key"):
        key_files.read_signer(tmp_path, "root")


def test_a_file_is_replaced_whole(tmp_path):
    key_files.replace_file(tmp_path / "crl.pem", b"old")
    key_files.replace_file(tmp_path / "crl.pem", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("crl.pem", b"new")]
