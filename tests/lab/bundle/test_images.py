"""Images go out of one engine and into another; those of other sources or machines stay out."""

import tarfile

import pytest

from lab.bundle import BundleError, images
from lab.engines import images as engine_images
from lab.engines.daemon import connected

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    place = tmp_path_factory.mktemp("saved")
    with connected() as daemon:
        yield daemon, place, images.save(daemon, place)


def test_all_that_up_needs_is_in_one_file(saved):
    _, place, told = saved

    with tarfile.open(place / images.ARCHIVE) as archive:
        assert "manifest.json" in archive.getnames()
    assert set(engine_images.names()) <= set(told.names)
    assert told.sources == engine_images.digest_of_sources()


def test_what_was_saved_is_loaded(saved):
    daemon, place, told = saved

    images.load(daemon, place, told)

    assert engine_images.are_current(daemon, told.sources)


def test_images_of_other_sources_are_not_loaded(saved):
    daemon, place, told = saved

    with pytest.raises(BundleError, match=r"other sources .*\(see INSTALL\)"):
        images.load(daemon, place, told.model_copy(update={"sources": "another"}))


def test_images_of_another_kind_of_machine_are_not_loaded(saved):
    daemon, place, told = saved

    with pytest.raises(BundleError, match="the images are for s390x, this engine runs"):
        images.load(daemon, place, told.model_copy(update={"architecture": "s390x"}))


def test_what_was_loaded_under_another_name_is_told(saved, monkeypatch):
    daemon, place, told = saved
    monkeypatch.setenv("PACSLAB_IMAGE", "pacslab-of-nobody")

    with pytest.raises(BundleError, match=r"not what `up` needs: pacslab-of-nobody.*unset PACSLAB"):
        images.load(daemon, place, told)
