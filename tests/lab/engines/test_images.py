"""An image is built when its sources have changed, and only then."""

import io
import uuid

import pytest
from rich.console import Console

from lab.engines import compose, images
from lab.engines.daemon import connected
from lab.progress import Progress

EVERY = [*images.NAMES, *images.CLINIC_SCALE]


@pytest.fixture
def sources(tmp_path):
    """A tree of sources like the checkout's."""
    for name in images.SOURCES:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        if (compose.ROOT / name).is_dir():
            path.mkdir()
            path = path / "module.py"
        path.write_text(name)
    return tmp_path


def test_every_source_is_there():
    assert all((compose.ROOT / name).exists() for name in images.SOURCES)


def test_what_the_dockerfile_copies_are_the_sources():
    text = (compose.ROOT / "compose" / "Dockerfile").read_text()
    copied = {
        word
        for line in text.splitlines()
        if line.startswith("COPY ") and "--from=" not in line
        for word in line.split()[1:-1]
    }
    assert copied <= set(images.SOURCES)


def test_the_same_sources_have_the_same_digest(sources):
    before = images.digest_of_sources(sources)
    (sources / "lab" / "__pycache__").mkdir()
    (sources / "lab" / "__pycache__" / "module.pyc").write_bytes(b"compiled")
    (sources / "notes.txt").write_text("not copied")
    assert images.digest_of_sources(sources) == before


@pytest.mark.parametrize("name", ["lab/module.py", "lab/new.py", "compose/Dockerfile"])
def test_another_source_is_another_digest(name, sources):
    before = images.digest_of_sources(sources)
    (sources / name).write_text("changed")
    assert images.digest_of_sources(sources) != before


def test_a_source_of_another_name_is_another_digest(sources):
    before = images.digest_of_sources(sources)
    (sources / "lab" / "module.py").rename(sources / "lab" / "other.py")
    assert images.digest_of_sources(sources) != before


@pytest.mark.engine
def test_images_that_are_there_and_current_are_not_built_again(monkeypatch):
    said = io.StringIO()
    with connected() as daemon:
        images.build(daemon)
        monkeypatch.setenv("PATH", "")  # there is no docker command to build with
        images.build(daemon, Progress(Console(file=said)))
        assert not images.are_current(daemon, "another digest")
    assert said.getvalue() == ""


def test_what_only_the_clinic_scale_needs_is_not_needed_by_up(monkeypatch):
    for number, variable in enumerate(EVERY):
        monkeypatch.setenv(variable, str(number))
    assert images.names() == ["0", "1"]
    assert images.names(clinic_scale=True) == ["0", "1", "2", "3"]


@pytest.mark.engine
def test_images_that_are_absent_are_not_current_and_removing_them_is_no_fault(monkeypatch):
    for variable in EVERY:
        monkeypatch.setenv(variable, f"pacslab-absent-{uuid.uuid4().hex}")
    with connected() as daemon:
        assert not images.are_current(daemon, images.digest_of_sources())
        assert images.remove(daemon) == []


@pytest.mark.engine
def test_images_are_removed_but_for_those_in_use(monkeypatch):
    names = {}
    with connected() as daemon:
        image = daemon.client.images.get(images.NAMES["PACSLAB_IMAGE"])
        for variable in EVERY:
            names[variable] = f"pacslab-test-{uuid.uuid4().hex[:8]}"
            image.tag(names[variable], "latest")
            monkeypatch.setenv(variable, names[variable])
        assert images.names(clinic_scale=True) == list(names.values())
        assert images.remove(daemon) == []
        assert not [name for name in names.values() if daemon.client.images.list(name)]
