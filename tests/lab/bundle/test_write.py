"""Writing: a new folder only, and an INSTALL whose words fit what is in it. e2e/ writes a whole one."""

import io

import pytest
from rich.console import Console

from lab.bundle import BundleError, write
from lab.bundle.manifest import Images, Manifest
from lab.engines import compose
from lab.progress import Progress


@pytest.fixture
def progress():
    return Progress(Console(file=io.StringIO()))


def test_a_folder_that_is_in_use_is_left_as_it_is(tmp_path, progress):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(BundleError, match="is not empty: name a new folder"):
        write.write(tmp_path, "process", progress)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_installed_wheel_says_what_it_lacks(tmp_path, progress, monkeypatch):
    monkeypatch.setattr(compose, "ROOT", tmp_path)

    with pytest.raises(BundleError, match="from pacslab's checkout"):
        write.write(tmp_path / "new", "process", progress)
    assert not (tmp_path / "new").exists()


def test_the_instructions_speak_of_containers_only_where_there_are_images():
    without = Manifest(version="0.1.0", made="2030-01-01T00:00:00Z")
    images = Images(names=("pacslab",), architecture="x86_64", sources="abc")
    within = without.model_copy(update={"images": images})

    assert "container" not in write.install_text(without)
    assert "container engine with\ndocker compose (x86_64)" in write.install_text(within)
    for text in (write.install_text(without), write.install_text(within)):
        assert '.venv/bin/pacslab bundle load "$BUNDLE"\n' in text
        assert without.python in text
