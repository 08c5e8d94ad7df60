from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from lab.pki import self_made
from pacs_secure.settings import CertificateFile, Fingerprint, OperatorPath, OperatorPaths


class Table(BaseModel):
    file: OperatorPath | None = None
    files: OperatorPaths = ()
    fingerprint: Fingerprint | None = None
    certificate: CertificateFile | None = None


def read(**table):
    return Table.model_validate(table, context={"folder": Path("/etc/pacs")})


def test_relative_paths_count_from_the_folder_and_absolute_ones_stay():
    assert read(file="pki/key").file == Path("/etc/pacs/pki/key")
    assert read(file="/run/key").file == Path("/run/key")
    assert Table(file="key").file == Path("key")  # nobody said which folder


def test_one_path_may_stand_for_a_list():
    assert read(files="a").files == (Path("/etc/pacs/a"),)
    assert read(files=["a", "/b"]).files == (Path("/etc/pacs/a"), Path("/b"))
    assert read(files=[]).files == ()


def test_a_fingerprint_is_64_digits_however_it_is_written():
    assert read(fingerprint="AB:" * 31 + "AB").fingerprint == "ab" * 32
    with pytest.raises(ValidationError):
        read(fingerprint="ab" * 31)


def test_a_certificate_file_is_kept_as_the_fingerprint_of_its_first_certificate(tmp_path):
    device, issuer = (self_made(name, tmp_path / name) for name in ("device", "issuer"))
    chain = device.certificate.read_bytes() + issuer.certificate.read_bytes()
    (tmp_path / "chain.pem").write_bytes(chain)

    table = Table.model_validate({"certificate": "chain.pem"}, context={"folder": tmp_path})

    assert table.certificate == device.fingerprint


def test_a_certificate_file_that_is_absent_is_named(tmp_path):
    with pytest.raises(ValidationError, match=r"certificate .*/absent\.pem: cannot be read"):
        Table.model_validate({"certificate": "absent.pem"}, context={"folder": tmp_path})
