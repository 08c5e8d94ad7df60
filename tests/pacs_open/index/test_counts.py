from pacs_open.index import counts
from pacs_open.values import Level


def test_a_row_without_children_has_nothing():
    assert counts.NOTHING[Level.SERIES] == {"NumberOfSeriesRelatedInstances": 0}
    assert counts.NOTHING[Level.STUDY]["ModalitiesInStudy"] == ""


def test_instances_of_one_series_share_their_parents(archive, shelf):
    shelf.store(archive, *(shelf.data_set(n) for n in range(1, 6)))

    (row,) = shelf.find(archive, "SERIES")
    assert row["NumberOfSeriesRelatedInstances"] == "5"
    assert row["NumberOfStudyRelatedInstances"] == "5"
    assert row["NumberOfPatientRelatedInstances"] == "5"


def test_studies_count_their_series_and_modalities(archive, shelf):
    shelf.store(
        archive,
        shelf.data_set(1),
        shelf.data_set(2, SeriesInstanceUID="2.25.2001", Modality="SR"),
        shelf.data_set(3, StudyInstanceUID="2.25.1001", SeriesInstanceUID="2.25.2002"),
    )

    first, second = shelf.find(archive, "STUDY")
    assert first["ModalitiesInStudy"] == "CT\\SR"
    assert first["SOPClassesInStudy"] == "1.2.840.10008.5.1.4.1.1.2"
    assert first["NumberOfStudyRelatedSeries"] == "2"
    assert second["NumberOfStudyRelatedSeries"] == "1"
    assert first["NumberOfPatientRelatedStudies"] == "2"
    assert first["NumberOfPatientRelatedSeries"] == "3"
    assert first["NumberOfPatientRelatedInstances"] == "3"


def test_what_stays_behind_is_counted_anew(archive, shelf):
    shelf.store(archive, shelf.data_set(1), shelf.data_set(2, Modality="MR"))
    shelf.store(
        archive, shelf.data_set(2, SeriesInstanceUID="2.25.2001", Modality="SR", PatientID="P2")
    )

    stayed, moved = shelf.find(archive, "STUDY")
    assert (stayed["PatientID"], moved["PatientID"]) == ("P1", "P2")
    assert stayed["NumberOfPatientRelatedInstances"] == "1"
    assert moved["ModalitiesInStudy"] == "SR"
