import re

from sample_images import uids
from sample_images.patients import plan
from sample_images.size import Size


def test_a_uid_is_the_same_for_the_same_path_and_another_for_another():
    assert uids.uid("a", 1) == uids.uid("a", 1)
    assert uids.uid("a", 1) != uids.uid("a", 2)
    assert uids.uid("a", 1) != uids.uid("a", "1", "")


def test_every_uid_lies_under_2_25_and_is_one_that_ps3_5_allows():
    for number in range(500):
        made = uids.uid("test", number)
        assert re.fullmatch(r"2\.25\.(0|[1-9][0-9]*)", made)
        assert len(made) <= 64


def test_small_images_are_other_instances_of_the_same_study():
    patient = next(plan(1))

    assert uids.instance(patient, Size.FULL, 1, 1) != uids.instance(patient, Size.SMALL, 1, 1)
    assert uids.series(patient, Size.FULL, 1) != uids.series(patient, Size.SMALL, 1)
    assert uids.frame_of_reference(patient, Size.FULL) != uids.study(patient)


def test_patients_of_another_seed_have_other_studies():
    assert uids.study(next(plan(1, seed=1))) != uids.study(next(plan(1, seed=2)))
