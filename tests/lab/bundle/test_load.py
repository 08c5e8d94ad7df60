"""Loading: nothing is used before everything was looked at."""

import io

import pytest
from rich.console import Console

from lab.bundle import BundleError, load, sums
from lab.bundle.manifest import Manifest
from lab.progress import Progress


@pytest.fixture
def progress():
    return Progress(Console(file=io.StringIO()))


def changed(folder, **values):
    Manifest.load(folder).model_copy(update=values).save(folder)
    sums.write(folder)


def test_without_images_the_lab_runs_as_processes(folder, progress):
    assert load.load(folder, None, progress) == "process"


def test_a_changed_byte_ends_it_before_anything_else(folder, progress):
    (folder / "bundle.json").write_text("{")

    with pytest.raises(BundleError, match=r"bundle\.json was changed"):
        load.load(folder, None, progress)


def test_containers_need_images(folder, progress):
    with pytest.raises(BundleError, match="no images: it was written with `--engine process`"):
        load.load(folder, "docker", progress)


@pytest.mark.parametrize("other", [{"python": "CPython 3.99"}, {"platform": "win-amd64"}])
def test_wheels_of_another_machine_are_told_as_such(folder, progress, other):
    changed(folder, **other)

    with pytest.raises(
        BundleError, match=r"the bundle is for .*, this is .*; write it on a machine"
    ):
        load.load(folder, None, progress)


def test_a_name_that_is_no_folder_is_told(tmp_path, progress):
    with pytest.raises(BundleError, match="is no folder"):
        load.load(tmp_path / "nothing", None, progress)
