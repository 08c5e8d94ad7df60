"""A bundle in small: two files and their checksums."""

import pytest

from lab.bundle import sums
from lab.bundle.manifest import Manifest


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "bundle"
    (place / "wheels").mkdir(parents=True)
    (place / "wheels" / "one.whl").write_bytes(b"one")
    Manifest(version="0.1.0", made="2030-01-01T00:00:00Z").save(place)
    sums.write(place)
    return place
