"""A look at one study: served in full, or not served."""

import pytest

from lab.peers.glance import glance, smallest
from lab.peers.modality import Modality
from lab.target import Door
from sample_images.manifest import Manifest
from sample_images.size import Size


@pytest.fixture
def study(target, images):
    Modality(target, images.folder).send(images.manifest.patients)
    return smallest(images.manifest)


def test_all_studies_are_listed_and_one_is_got(target, study):
    glanced = glance(target, study)
    assert glanced.ok
    assert (glanced.studies, glanced.identical, glanced.expected) == (3, 2, 2)


@pytest.mark.parametrize("fault", [{"lose": 1}, {"change": True}])
def test_who_gets_less_or_something_else_is_not_served(target, pacs, study, fault):
    for name, value in fault.items():
        setattr(pacs, name, value)
    assert not glance(target, study).ok


def test_where_nobody_answers_nothing_is_served_and_the_wire_says_why(target, study):
    glanced = glance(target.but(door=Door("127.0.0.1", 1)), study)
    assert not glanced.ok
    assert glanced.evidence[-1].code == "refused"


def test_the_smallest_is_the_one_with_the_fewest_pixels(images):
    patients = images.manifest.patients
    series = patients[1].studies[0].series[0]
    small = [one.model_copy(update={"rows": 8, "columns": 8}) for one in series.instances]
    less = series.model_copy(update={"instances": (*small, *small)})
    study = patients[1].studies[0].model_copy(update={"series": (less,)})
    second = patients[1].model_copy(update={"studies": (study,)})
    key = images.manifest.model_copy(update={"patients": (patients[0], second)})
    assert smallest(key) == study
    with pytest.raises(LookupError, match="nothing was planted"):
        smallest(Manifest(seed=1, size=Size.SMALL, patients=()))
