from dataclasses import replace

import pytest

from sample_images.anatomy import body as bodies
from sample_images.patients import Modality, Sex, plan
from sample_images.size import Size
from sample_images.writing import write


@pytest.fixture(scope="session")
def small_set(tmp_path_factory):
    """Sixteen small patients on disk: the directory, and the manifest that `write` returned."""
    directory = tmp_path_factory.mktemp("images")
    return directory, write(directory, size=Size.SMALL, jobs=2)


def _somebody(sex, height_m, weight_kg):
    patient = next(patient for patient in plan(16) if patient.modality is Modality.CT)
    return bodies.of(replace(patient, sex=sex, height_m=height_m, weight_kg=weight_kg))


@pytest.fixture(scope="session")
def man():
    """A man's body like the one that the anatomy was drawn from."""
    return _somebody(Sex.M, 1.77, 78.0)


@pytest.fixture(scope="session")
def woman():
    """A woman's body."""
    return _somebody(Sex.F, 1.64, 66.0)
