import pytest

from sample_images.size import Size
from sample_images.writing import write


@pytest.fixture(scope="session")
def small_set(tmp_path_factory):
    """Sixteen small patients on disk: the directory, and the manifest that `write` returned."""
    directory = tmp_path_factory.mktemp("images")
    return directory, write(directory, size=Size.SMALL, jobs=2)
