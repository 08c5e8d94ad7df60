from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from pacs_secure.settings import Fingerprint, OperatorPath, OperatorPaths


class Table(BaseModel):
    file: OperatorPath | None = None
    files: OperatorPaths = ()
    fingerprint: Fingerprint | None = None


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
