import pytest

from sample_images.anatomy import findings
from sample_images.anatomy.thorax import Thorax
from sample_images.patients import Abnormality


@pytest.fixture(scope="session")
def chest(man):
    """A chest in good order; tests look at it and leave it alone."""
    return Thorax(man, upright=True)


@pytest.fixture
def ill(man):
    """Make a chest with an abnormality, upright or lying."""

    def made(abnormality: Abnormality, *, upright: bool = True) -> Thorax:
        chest = Thorax(man, upright=upright)
        findings.show(chest, abnormality)
        return chest

    return made
