"""What a bundle says of itself, and what is none of ours."""

import json
import sys

import pytest

from lab.bundle import BundleError
from lab.bundle.manifest import NAME, Images, Manifest


def test_what_is_written_is_read(tmp_path):
    images = Images(names=("pacslab",), architecture="x86_64", sources="abc")
    wrote = Manifest(version="0.1.0", made="2030-01-01T00:00:00Z", images=images)
    wrote.save(tmp_path)

    assert Manifest.load(tmp_path) == wrote
    said = json.loads((tmp_path / NAME).read_text())
    assert said["schema"] == "pacslab-bundle/1"
    assert said["python"].endswith(f"{sys.version_info[0]}.{sys.version_info[1]}")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "pacslab-bundle/2"}'])
def test_what_this_pacslab_does_not_understand_is_told(tmp_path, text):
    (tmp_path / NAME).write_text(text)

    with pytest.raises(BundleError, match="use the pacslab in its sources"):
        Manifest.load(tmp_path)


def test_a_bundle_without_one_is_none(tmp_path):
    with pytest.raises(BundleError, match="use the pacslab in its sources"):
        Manifest.load(tmp_path)
