from dataclasses import replace

import pytest
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom import sop_class

from pacs_open.control import Control
from pacs_open.refusals import DimseRefused

PATIENT_FIND = sop_class.PatientRootQueryRetrieveInformationModelFind
STUDY_FIND = sop_class.StudyRootQueryRetrieveInformationModelFind


@pytest.fixture
def filled(pacs, instance):
    names = [("P1", "Müller^Jörg"), ("P2", "Smith^John"), ("P3", "Şahin^Gülşen")]
    datasets = []
    for number, (patient, name) in enumerate(names):
        for series in (1, 2):
            ds = instance(
                10 * number + series,
                patient=patient,
                study=f"2.25.1{number}",
                series=f"2.25.2{number}{series}",
                PatientName=name,
            )
            ds.SpecificCharacterSet = "ISO_IR 192"
            datasets.append(ds)
    pacs.fill(*datasets)
    return pacs


def matches(answers, decode, syntax="1.2.840.10008.1.2.1"):
    *pending, (final, data) = answers
    assert final.status == 0x0000
    assert not data
    assert all(command.status in {0xFF00, 0xFF01} for command, _ in pending)
    return [decode(data, syntax) for _, data in pending]


@pytest.mark.parametrize(
    ("model", "level", "count"),
    [
        (PATIENT_FIND, "PATIENT", 3),
        (PATIENT_FIND, "STUDY", 3),
        (PATIENT_FIND, "SERIES", 6),
        (PATIENT_FIND, "IMAGE", 6),
        (STUDY_FIND, "STUDY", 3),
        (STUDY_FIND, "SERIES", 6),
        (STUDY_FIND, "IMAGE", 6),
    ],
)
def test_every_level_of_both_models_can_be_queried(filled, identifier, decode, model, level, count):
    with filled.scu() as scu:
        found = matches(scu.find(identifier(level, PatientID=""), model=model), decode)

    assert len(found) == count
    assert {ds.QueryRetrieveLevel for ds in found} == {level}
    assert {ds.RetrieveAETitle for ds in found} == {"PACS-OPEN"}
    assert {ds.InstanceAvailability for ds in found} == {"ONLINE"}


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_names_beyond_ascii_come_back_as_utf8_and_plain_ones_unannounced(
    filled, identifier, decode, syntax
):
    with filled.scu() as scu:
        found = matches(
            scu.find(identifier("STUDY", PatientName=""), syntax=syntax), decode, syntax
        )

    by_name = {str(ds.PatientName): ds.get("SpecificCharacterSet") for ds in found}
    assert by_name == {
        "Müller^Jörg": "ISO_IR 192",
        "Smith^John": None,
        "Şahin^Gülşen": "ISO_IR 192",
    }


@pytest.mark.parametrize(
    ("announced", "pattern"),
    [
        ("ISO_IR 100", "Müller*"),
        ("ISO_IR 192", "Müller^J?rg"),
        ("ISO_IR 100", "muller*"),
        (None, "MULLER*"),
    ],
)
def test_a_name_is_found_in_whatever_set_it_is_asked_for(
    filled, identifier, decode, announced, pattern
):
    ds = identifier("PATIENT", PatientID="")
    if announced:
        ds.SpecificCharacterSet = announced
    ds.PatientName = pattern

    with filled.scu() as scu:
        (found,) = matches(scu.find(ds, model=PATIENT_FIND), decode)

    assert found.PatientID == "P1"


def test_hierarchical_keys_narrow_and_relational_queries_need_none(filled, identifier, decode):
    with filled.scu() as scu:
        hierarchical = matches(
            scu.find(identifier("SERIES", StudyInstanceUID="2.25.11", SeriesInstanceUID="")), decode
        )
        relational = matches(
            scu.find(identifier("SERIES", PatientName="Sm*", SeriesInstanceUID="")), decode
        )

    expected = {"2.25.211", "2.25.212"}
    assert {ds.SeriesInstanceUID for ds in hierarchical} == expected
    assert {ds.SeriesInstanceUID for ds in relational} == expected


def test_keys_that_are_not_supported_are_warned_of_and_left_out(filled, identifier, decode):
    ds = identifier("STUDY", PatientID="P2", PatientBirthName="X")
    ds.RequestAttributesSequence = []

    with filled.scu() as scu:
        answers = scu.find(ds)

    assert [command.status for command, _ in answers] == [0xFF01, 0x0000]
    (found,) = matches(answers, decode)
    assert "PatientBirthName" not in found
    assert "RequestAttributesSequence" not in found


def test_nothing_found_is_success_without_a_pending_response(filled, identifier, decode):
    with filled.scu() as scu:
        assert matches(scu.find(identifier("STUDY", PatientID="nobody")), decode) == []


@pytest.mark.parametrize("level", [None, "PATIENT", "STUDYX"])
def test_a_level_that_is_none_is_refused_with_the_element_to_blame(filled, identifier, level):
    with filled.scu() as scu:
        ((answer, data),) = scu.find(identifier(level, PatientID=""))

    assert answer.status == 0xA900
    assert answer.offending_element == (0x00080052,)
    assert answer.error_comment
    assert not data


def test_an_identifier_that_cannot_be_read_is_refused_and_the_association_goes_on(
    filled, identifier, decode
):
    with filled.scu() as scu:
        ((answer, _),) = scu.find(None, data=b"\x08\x00\x52\x00CS\xff\xffSTUDY ")
        assert answer.status >> 12 == 0xC
        assert matches(scu.find(identifier("STUDY")), decode)


def test_an_identifier_beyond_the_bound_is_refused(filled, identifier, decode):
    with filled.scu() as scu:
        ((answer, _),) = scu.find(None, data=bytes(3 * 1024 * 1024))
        assert answer.status == 0xA700
        assert matches(scu.find(identifier("STUDY")), decode)


def test_a_cancelled_query_ends_with_cancel(pacs, instance, identifier):
    pacs.fill(*(instance(n, patient=f"P{n}", study=f"2.25.4{n}") for n in range(120)))

    with pacs.scu() as scu:
        answers = scu.find_and_cancel(identifier("STUDY", StudyInstanceUID=""))

    assert answers[-1][0].status == 0xFE00
    assert len(answers) < 121


class Narrowing(Control):
    """Shows one patient, or nothing at all."""

    name = "narrowing"
    refuse: bool = False

    def narrow(self, query):
        if self.refuse:
            raise DimseRefused("a test", 0x0124, "Not authorized")
        return replace(query, keys={**query.keys, "PatientID": "P2"})


def test_a_control_narrows_a_query_without_adding_to_the_answer(
    start_pacs, instance, identifier, decode
):
    pacs = start_pacs([Narrowing()])
    pacs.fill(*(instance(n, patient=f"P{n}", study=f"2.25.4{n}") for n in (1, 2, 3)))

    with pacs.scu() as scu:
        (found,) = matches(scu.find(identifier("STUDY", StudyInstanceUID="")), decode)

    assert found.StudyInstanceUID == "2.25.42"
    assert "PatientID" not in found


def test_a_control_refuses_a_query_with_the_status_it_says(start_pacs, identifier):
    pacs = start_pacs([Narrowing(refuse=True)])

    with pacs.scu() as scu:
        ((answer, _),) = scu.find(identifier("STUDY"), syntax=ImplicitVRLittleEndian)

    assert answer.status == 0x0124


class Limited(Control):
    """Allows so many matches."""

    name = "limited"
    matches: int

    def narrow(self, query):
        return replace(query, limit=self.matches)


@pytest.mark.parametrize(
    ("limit", "count", "status"), [(1, 1, 0xA700), (2, 2, 0xA700), (3, 3, 0), (4, 3, 0)]
)
def test_beyond_the_limit_the_results_so_far_and_then_a700(
    *, start_pacs, instance, identifier, limit, count, status
):
    pacs = start_pacs([Limited(matches=limit)])
    pacs.fill(*(instance(n, patient=f"P{n}", study=f"2.25.4{n}") for n in (1, 2, 3)))
    with pacs.scu() as scu:
        *pending, (final, _) = scu.find(identifier("STUDY", PatientID=""), model=STUDY_FIND)

    assert len(pending) == count
    assert final.status == status
    assert final.error_comment == (f"More than {limit} matches; ask for less" if status else None)
