from collections import Counter
from datetime import date
from itertools import islice

import pytest

from sample_images.patients import Abnormality, Modality, Sex, plan


def test_the_first_sixteen_are_the_same_persons_among_sixteen_hundred():
    assert list(plan(16)) == list(islice(plan(1600), 16))


def test_another_seed_gives_other_persons():
    assert list(plan(16, seed=1)) != list(plan(16, seed=2))


def test_sixteen_patients_have_the_studies_of_the_demo():
    counted = Counter(patient.modality for patient in plan(16))

    assert counted == {Modality.DX: 6, Modality.CT: 4, Modality.MR: 3, Modality.MG: 3}


def test_any_four_of_the_beginning_show_all_modalities():
    assert {patient.modality for patient in plan(4)} == set(Modality)


def test_one_of_the_sixteen_has_a_pacemaker_and_it_is_a_chest_radiograph():
    worn = [patient for patient in plan(16) if patient.abnormality is Abnormality.PACEMAKER]

    assert [patient.modality for patient in worn] == [Modality.DX]


def test_sixteen_hundred_patients_are_all_different():
    everyone = list(plan(1600))

    assert len({patient.patient_id for patient in everyone}) == 1600
    assert len({patient.accession_number for patient in everyone}) == 1600
    assert len({patient.seed for patient in everyone}) == 1600
    assert [patient.number for patient in everyone] == list(range(1, 1601))


def test_persons_are_plausible():
    for patient in plan(1600):
        assert 18 <= patient.age <= 90
        assert patient.birth_date < patient.study_date <= date(2019, 9, 17)
        assert patient.study_date.weekday() < 5
        assert 1.4 < patient.height_m < 2.1
        assert 35 < patient.weight_kg < 150
        assert patient.modality is not Modality.MG or patient.sex is Sex.F


def test_values_fit_their_value_representations():
    for patient in plan(1600):
        assert len(patient.accession_number) <= 16
        assert len(patient.study_id) <= 16
        for text in (patient.patient_id, patient.institution, patient.study_description):
            assert len(text) <= 64
            assert "\\" not in text
        for name in (patient.patient_name, patient.referring_physician):
            assert len(name.split("=")) in {1, 3}
            assert all(len(group) <= 64 for group in name.split("="))


def test_japanese_names_have_alphabetic_ideographic_and_phonetic_groups():
    name = next(p.patient_name for p in plan(16) if "ISO 2022 IR 87" in p.specific_character_set)
    alphabetic, ideographic, phonetic = name.split("=")

    assert alphabetic.isascii()
    assert not ideographic.replace("^", "").isascii()
    assert not phonetic.replace("^", "").isascii()


def test_age_counts_birthdays_not_years():
    patient = next(plan(1))
    birthday = patient.birth_date.replace(year=patient.study_date.year)

    assert patient.age == patient.study_date.year - patient.birth_date.year - (
        patient.study_date < birthday
    )


def test_fewer_than_none_is_an_error_and_none_is_none():
    assert list(plan(0)) == []
    with pytest.raises(ValueError, match="-1 patients"):
        plan(-1)
