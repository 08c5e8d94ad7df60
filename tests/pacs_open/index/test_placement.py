import pytest
from sqlalchemy import func, select

from pacs_open.index.placement import note_segment
from pacs_open.index.schema import instances, patients, series, studies, terms


def rows(archive):
    tables = (patients, studies, series, instances)
    with archive.index.reading() as connection:
        return [connection.execute(select(func.count()).select_from(t)).scalar() for t in tables]


def test_the_newest_instance_says_what_its_parents_are(archive, shelf):
    shelf.store(archive, shelf.data_set(1, PatientName="Old^Name"))
    shelf.store(archive, shelf.data_set(2, PatientName="New^Name"))

    (row,) = shelf.find(archive, "PATIENT")
    assert row["PatientName"] == "New^Name"
    assert shelf.find(archive, "PATIENT", PatientName="old*") == []
    assert len(shelf.find(archive, "PATIENT", PatientName="new*")) == 1


def test_what_the_newest_instance_leaves_empty_stays_known(archive, shelf):
    shelf.store(archive, shelf.data_set(1, PatientSex="F", StudyTime="1030"))
    shelf.store(archive, shelf.data_set(2, PatientSex="", PatientName=None))

    (row,) = shelf.find(archive, "STUDY", PatientName="muller*", PatientSex="F")
    assert row["StudyTime"] == "1030"


def test_persons_without_patient_id_are_not_merged(archive, shelf):
    shelf.store(archive, shelf.data_set(1, PatientID=""))
    shelf.store(archive, shelf.data_set(2, PatientID=None, StudyInstanceUID="2.25.1001"))
    shelf.store(archive, shelf.data_set(3, PatientID=None))

    assert rows(archive) == [2, 2, 2, 3]


def test_the_issuer_tells_patients_of_two_places_apart(archive, shelf):
    shelf.store(archive, shelf.data_set(1, IssuerOfPatientID="A"))
    shelf.store(archive, shelf.data_set(2, IssuerOfPatientID="B"))

    assert rows(archive) == [2, 2, 2, 2]


def test_a_study_uid_used_for_two_patients_is_two_studies(archive, shelf):
    """Nobody's study is moved to another patient by whoever knows its UID."""
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2, PatientID="P2"))

    rows = shelf.find(archive, "STUDY", StudyInstanceUID="2.25.1000")
    assert [row["PatientID"] for row in rows] == ["P1", "P2"]


@pytest.mark.parametrize(
    "changes",
    [
        {"PatientID": "P2"},
        {"StudyInstanceUID": "2.25.1001"},
        {"SeriesInstanceUID": "2.25.2001"},
        {"PatientName": "Other^Name"},
    ],
)
def test_a_replaced_instance_moves_and_empty_parents_vanish(archive, shelf, changes):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(1, **changes))

    (row,) = shelf.find(archive)
    assert rows(archive) == [1, 1, 1, 1]
    assert {key: row[key] for key in changes} == changes
    with archive.index.reading() as connection:
        assert connection.execute(select(func.count()).select_from(terms)).scalar() == 1


def test_a_segment_is_noted_however_often(archive):
    for end in (512, 1024):
        with archive.index.writing() as connection:
            note_segment(connection, 9, end, 0)

    assert archive.index.segment_ends() == {9: (1024, 0)}
