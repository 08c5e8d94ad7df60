import pytest

from pacs_open.refusals import DimseRefused
from pacs_open.values import Head, Record
from pacs_secure.controls.instance_checks import InstanceChecks, is_uid

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
GOOD = {
    "SOPClassUID": CT,
    "SOPInstanceUID": "2.25.3",
    "StudyInstanceUID": "2.25.1",
    "SeriesInstanceUID": "2.25.2",
    "PatientID": "P1",
}


@pytest.mark.parametrize(
    ("text", "obeys"),
    [
        ("2.25.1", True),
        ("1.2.840.10008.5.1.4.1.1.2", True),
        ("1.0.3", True),
        ("1." + "2" * 62, True),
        ("1." + "2" * 63, False),
        ("1.02.3", False),  # leading zero
        ("01.2", False),
        ("1", False),  # a root needs a suffix
        ("1.2.", False),
        (".1.2", False),
        ("1..2", False),
        ("1.2.3 ", False),
        ("1.2.3\n", False),
        ("1.2.3\0", False),
        ("1.2.\N{ARABIC-INDIC DIGIT THREE}", False),
        ("1.2.a", False),
        ("../1.2", False),
        ("1.2*", False),
        ("", False),
    ],
)
def test_a_uid_obeys_the_construction_rules(text, obeys):
    assert is_uid(text) is obeys


@pytest.mark.parametrize(
    ("change", "command_uid", "status"),
    [
        ({}, "2.25.3", None),
        ({"SOPInstanceUID": "2.25.03"}, "2.25.03", 0x0117),
        ({}, None, 0x0117),
        ({}, "", 0x0117),
        ({"SOPClassUID": MR}, "2.25.3", 0xA900),
        ({"SOPClassUID": ""}, "2.25.3", 0xA900),
        ({"SOPInstanceUID": "2.25.4"}, "2.25.3", 0xC000),
        ({"SOPInstanceUID": ""}, "2.25.3", 0xC000),
        ({"StudyInstanceUID": ""}, "2.25.3", 0xC000),
        ({"StudyInstanceUID": "../../etc"}, "2.25.3", 0xC000),
        ({"SeriesInstanceUID": "1.2.x"}, "2.25.3", 0xC000),
        ({"SeriesInstanceUID": ""}, "2.25.3", 0xC000),
        ({"PatientID": ""}, "2.25.3", None),  # type 2: may be empty
    ],
)
def test_an_instance_is_what_it_says_it_is(change, command_uid, status, make_operation):
    operation = make_operation(sop_class=CT, sop_instance_uid=command_uid)
    head = Head(GOOD | change)

    if status is None:
        InstanceChecks().inspect(head, operation)
    else:
        with pytest.raises(DimseRefused) as refused:
            InstanceChecks().inspect(head, operation)
        assert refused.value.status == status
        assert len(refused.value.comment) <= 64


@pytest.mark.parametrize(
    ("patient", "known", "accepted"),
    [
        ("P1", set(), True),  # a new study
        ("P1", {"P1"}, True),
        ("", {""}, True),
        ("P1", {"P1", "P2"}, True),  # mixed before this control was on: no worse
        ("P2", {"P1"}, False),
        ("p1", {"P1"}, False),
        ("", {"P1"}, False),
        ("P1", {""}, False),
    ],
)
def test_a_study_stays_with_its_patient(patient, known, accepted, make_operation):
    head = Head(GOOD | {"PatientID": patient})
    record = Record(CT, "2.25.3", "1.2.840.10008.1.2.1", head, 1, "aa", None, frozenset(known))

    if accepted:
        InstanceChecks().commit(record, make_operation())
    else:
        with pytest.raises(DimseRefused) as refused:
            InstanceChecks().commit(record, make_operation())
        assert refused.value.status == 0xC000
        assert "P1" not in refused.value.comment
