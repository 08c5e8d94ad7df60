"""Orthanc as a peer: it stores to both archives, queries them, and retrieves by C-MOVE."""

import pytest

pytestmark = pytest.mark.program("Orthanc")


@pytest.fixture
def stocked(orthanc, dicom_files):
    """Orthanc with the sixteen images; their ids."""
    return [orthanc.post("/instances", path.read_bytes())["ID"] for path in dicom_files]


def test_orthanc_is_answered(orthanc):
    assert orthanc.post("/modalities/pacs/echo", {}) == {}


def test_orthanc_stores_queries_and_retrieves_all_it_stored(pacs, orthanc, stocked):
    pixels = {
        orthanc.get(f"/instances/{i}/tags?simplify")["SOPInstanceUID"]: orthanc.file(
            f"/instances/{i}/content/7fe0-0010"
        )
        for i in stocked
    }

    stored = orthanc.post("/modalities/pacs/store", stocked)
    assert (stored["InstancesCount"], stored["FailedInstancesCount"]) == (16, 0)

    orthanc.empty()
    query = orthanc.post(
        "/modalities/pacs/query", {"Level": "Study", "Query": {"PatientName": "*", "PatientID": ""}}
    )["ID"]
    answers = [
        orthanc.get(f"/queries/{query}/answers/{number}/content?simplify")
        for number in orthanc.get(f"/queries/{query}/answers")
    ]
    assert {answer["PatientID"] for answer in answers} == {f"PAT-{n}" for n in range(4)}
    assert {answer["PatientName"] for answer in answers} >= {"Müller^Jörg", "Smith^John"}

    orthanc.post(f"/queries/{query}/retrieve", {"TargetAet": "ORTHANC", "Synchronous": True})
    again = {
        orthanc.get(f"/instances/{i}/tags?simplify")["SOPInstanceUID"]: orthanc.file(
            f"/instances/{i}/content/7fe0-0010"
        )
        for i in orthanc.get("/instances")
    }
    assert again == pixels


@pytest.mark.parametrize(
    ("level", "query", "count"),
    [
        ("Patient", {"PatientName": "muller*"}, 1),
        ("Series", {"StudyInstanceUID": "2.25.770", "Modality": "CT"}, 2),
        ("Instance", {"SeriesInstanceUID": "2.25.770.1"}, 2),
        ("Study", {"PatientName": "Nobody"}, 0),
    ],
)
def test_orthanc_queries_every_level(pacs, orthanc, stocked, level, query, count):
    orthanc.post("/modalities/pacs/store", stocked)

    found = orthanc.post("/modalities/pacs/query", {"Level": level, "Query": query})["ID"]

    assert len(orthanc.get(f"/queries/{found}/answers")) == count
